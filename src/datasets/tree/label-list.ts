/** Lists of labels by file name, as Tiny-ImageNet (`val_annotations.txt`), ImageNet (`val.txt`, `LOC_val_solution.csv`) and Hugging Face (`metadata.csv`) have them. */

export interface LabelList {
  /** Path of the list. */
  path: string;
  /** By file name without folders and ending. */
  labels: ReadonlyMap<string, string>;
}

const keyOf = (path: string): string =>
  path
    .slice(path.lastIndexOf('/') + 1)
    .replace(/\.\w{2,5}$/, '')
    .normalize('NFC');

/** @returns null for a text that is no such list: not two columns, or several labels for one file */
export function parseLabelList(path: string, lines: readonly string[]): LabelList | null {
  const [first] = lines;
  if (first === undefined) return null;
  const separator = ['\t', ',', ';', ' '].find((one) => first.includes(one));
  if (!separator) return null;
  const columnsOf = (line: string) =>
    line
      .split(separator === ' ' ? / +/ : separator)
      .map((cell) => cell.trim().replace(/^"(.*)"$/, '$1'));
  const header = columnsOf(first);
  const fileAt = Math.max(
    0,
    header.findIndex((cell) =>
      /^(file|image|img|id|name|path)([ _]?(name|id|path|file))?$/i.test(cell),
    ),
  );
  const labelAt = header.findIndex(
    (cell, i) =>
      i !== fileAt &&
      /^(labels?|class|category|target|breed|species|y|predictionstring|class_?name|class_?id|label_?name)$/i.test(
        cell,
      ),
  );
  const at = labelAt >= 0 ? labelAt : fileAt === 0 ? 1 : 0;
  const labels = new Map<string, string>();
  for (const line of labelAt >= 0 ? lines.slice(1) : lines) {
    const cells = columnsOf(line);
    const [file, cell] = [cells[fileAt], cells[at]];
    if (!file || !cell) continue;
    // "n01751748 111 108 249 298": boxes may follow the class.
    const label = /^(\S+)( \d+)+$/.exec(cell)?.[1] ?? cell;
    const key = keyOf(file);
    const before = labels.get(key);
    if (before !== undefined && before !== label) return null;
    labels.set(key, label);
  }
  return labels.size > 0 ? { path, labels } : null;
}

/** Share of a split's images that a list must name to be its list. */
const coverage = 0.9;

/**
 * @param classNames the training images' classes; null where the list is all that tells them
 * @returns each image's class name, or null where there is no list for these images
 */
export function labelsFor(
  paths: readonly string[],
  lists: readonly LabelList[],
  classNames: readonly string[] | null,
): { list: string; labels: (string | null)[] } | null {
  for (const { path, labels } of lists) {
    const found = paths.map((image) => labels.get(keyOf(image)) ?? null);
    const named = found.filter((label) => label !== null);
    if (named.length < Math.max(1, coverage * paths.length)) continue;
    if (!classNames) {
      const classes = new Set(named).size;
      if (classes < 2 || classes > Math.max(2, named.length / 2)) continue;
      return { list: path, labels: found };
    }
    const known = new Set(classNames);
    if (named.some((label) => known.has(label)))
      return {
        list: path,
        labels: found.map((label) => (label !== null && known.has(label) ? label : null)),
      };
    // Numbers of the classes in order of their names. Whether they count from 0 must be certain.
    const numbers = found.map((label) => (label === null ? null : Number(label)));
    const all = [...labels.values()].map(Number);
    const inRange = all.every((n) => Number.isInteger(n) && n >= 0 && n < classNames.length);
    if (inRange && all.includes(0))
      return { list: path, labels: numbers.map((n) => (n === null ? null : classNames[n]!)) };
  }
  return null;
}
