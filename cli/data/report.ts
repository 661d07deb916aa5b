/** What `npm run data` says of a data set. */
import { countClasses, type ReadResult } from '../../src/datasets/files/assemble.ts';
import { leftOutList, type LeftOut, type Outline } from '../../src/datasets/outline.ts';
import { channelStatistics } from '../../src/datasets/statistics.ts';

export interface Report {
  name: string;
  kind: string;
  /** Pixels a side. */
  size: number;
  channels: number;
  /** In order of their labels. */
  classes: string[];
  splits: Record<'train' | 'test', { images: number; classes: Record<string, number> }>;
  /** Per channel, over the training images, of values in [0, 1]. */
  mean: number[];
  deviation: number[];
  leftOut: LeftOut[];
  /** What was decided on the way, in sentences. */
  notes: readonly string[];
  /** The .npz file written; null where none was asked for. */
  out: string | null;
}

export function reportOf(
  { dataset, kind, notes }: ReadResult,
  outline: Outline | null,
  out: string | null,
): Report {
  const { name, size, channels, classNames } = dataset;
  const splitOf = (split: 'train' | 'test') => {
    const counts = countClasses(dataset[split].labels, classNames.length);
    return {
      images: dataset[split].count,
      classes: Object.fromEntries(classNames.map((one, label) => [one, counts[label]!])),
    };
  };
  return {
    name,
    kind,
    size,
    channels,
    classes: [...classNames],
    splits: { train: splitOf('train'), test: splitOf('test') },
    ...channelStatistics(dataset.train.images, channels),
    leftOut: outline?.leftOut ?? [],
    notes,
    out,
  };
}

const shownClasses = 40;

export function reportText(report: Report): string {
  const { name, kind, size, channels, classes, splits, mean, deviation, leftOut, notes } = report;
  const fixed = (values: readonly number[]) => values.map((value) => value.toFixed(4)).join(' ');
  const width = Math.max(5, ...classes.slice(0, shownClasses).map((one) => one.length));
  const row = (title: string, train: string | number, test: string | number) =>
    `  ${title.padEnd(width)}  ${String(train).padStart(8)}  ${String(test).padStart(8)}`;
  return [
    `${name}: ${kind}, ${size} x ${size} pixels, ${channels === 1 ? 'gray' : 'colour'}, ${classes.length} classes`,
    row('class', 'train', 'test'),
    ...classes
      .slice(0, shownClasses)
      .map((one) => row(one, splits.train.classes[one]!, splits.test.classes[one]!)),
    ...(classes.length > shownClasses ? [`  and ${classes.length - shownClasses} more`] : []),
    row('all', splits.train.images, splits.test.images),
    `mean ${fixed(mean)}, standard deviation ${fixed(deviation)} (training images, of 1)`,
    ...(leftOut.length > 0 ? [`left out: ${leftOutList(leftOut)}`] : []),
    ...leftOut.slice(0, 20).map(({ what, why }) => `  ${what}: ${why}`),
    ...notes.filter((note) => !note.startsWith('Left out: ')),
    ...(report.out ? [`Arrays written to ${report.out}.`] : []),
  ].join('\n');
}
