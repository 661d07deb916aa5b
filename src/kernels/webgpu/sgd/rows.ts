import { row } from '../row.ts';

/** A threshold of an operation or of filters, in the order of the packed parameters. */
export const thresholdRow = row('ThresholdRow', {
  /** Of filters: it has a rate of its own. */
  ofFilters: 'bool',
});
