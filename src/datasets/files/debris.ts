/** Files that a system, an archiver or a network drive left behind: never part of a data set. */
const debris =
  /(^|\/)(\.[^/]|__MACOSX\/|@eaDir\/|#recycle\/|\$RECYCLE\.BIN\/|System Volume Information\/|lost\+found\/|Thumbs\.db$|desktop\.ini$|_DS_Store$|ehthumbs\.db$)/i;

export const isDebris = (path: string): boolean => debris.test(path.replace(/^(\.\/)+/, ''));
