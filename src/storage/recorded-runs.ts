/**
 * Recorded searches that ship with the lab (`public/runs/`): the list of them, and the name that a link gives each. A
 * recording is a run file (see files.ts), compressed with gzip; `npm run record` makes it.
 */
import * as v from 'valibot';

/** Run ids that begin with it are recordings. */
export const recordedPrefix = 'recorded-';

const text = (most: number) => v.pipe(v.string(), v.minLength(1), v.maxLength(most));
const count = v.pipe(v.number(), v.integer(), v.minValue(0));

export const RecordedRunSchema = v.object({
  /** Id of the run: `recorded-` and the file's name. */
  id: v.pipe(v.string(), v.regex(/^recorded-[\w-]{1,48}$/)),
  /** File beside the list. */
  file: v.pipe(v.string(), v.regex(/^[\w-]+\.json\.gz$/)),
  title: text(80),
  /** When it was recorded, ISO 8601. */
  recorded: v.pipe(v.string(), v.isoTimestamp()),
  /** What it ran on, as the device describes itself. */
  adapter: text(120),
  dataset: text(120),
  preset: v.nullable(text(40)),
  seed: count,
  targetParameters: count,
  /** Arguments of `npm run search` that repeat it. */
  command: text(400),
  /** What came of it. */
  result: v.object({
    parameters: count,
    /** Validation accuracy, a share; null where it was never measured. */
    accuracy: v.nullable(v.pipe(v.number(), v.minValue(0), v.maxValue(1))),
    /** On how many images; missing in lists of earlier versions. */
    images: v.optional(count),
    steps: count,
    /** Of the search on that adapter. */
    seconds: v.pipe(v.number(), v.minValue(0)),
  }),
  /** Bytes of the compressed file. */
  bytes: count,
});
export type RecordedRun = v.InferOutput<typeof RecordedRunSchema>;

/** `index.json`. The first is the one that the page opens with. */
export const RecordedListSchema = v.object({
  format: v.literal('mgas-recorded-runs'),
  version: v.literal(1),
  runs: v.array(RecordedRunSchema),
});
export type RecordedList = v.InferOutput<typeof RecordedListSchema>;
