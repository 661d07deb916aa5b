/** The metrics of a step, in a ring of records of f32. */
const fields = [
  'crossEntropy',
  'sizeRegularizer',
  'thresholdRegularizer',
  'gradientNorm',
  'correct',
] as const;
export type Metrics = Readonly<Record<(typeof fields)[number], number>>;

/** f32 of a record. */
export const metricSize = 8;

/** Reads record `index` of the ring. */
export const readMetrics = (ring: Float32Array, index: number): Metrics =>
  Object.fromEntries(
    fields.map((field, i) => [field, ring[index * metricSize + i]]),
  ) as unknown as Metrics;

/** Declares `crossEntropyAt(record)` and so on: the index of a record's field in the buffer `metrics`. */
export const metricFunctions = fields
  .map(
    (field, i) =>
      `fn ${field}At(record : u32) -> u32 {\n  return record * ${metricSize}u + ${i}u;\n}`,
  )
  .join('\n');
