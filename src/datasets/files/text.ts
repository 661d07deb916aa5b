/** Small texts beside images: lists of names and of labels. */

const most = 1 << 26;

/** Lines that are not empty, without the space around them. */
export const linesOf = (bytes: Uint8Array): string[] =>
  new TextDecoder()
    .decode(bytes.subarray(0, most))
    .replace(/^\ufeff/, '')
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '');
