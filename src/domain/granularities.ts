/** The levels at which a search prunes. */
export const granularities = ['operation', 'filter', 'weight'] as const;
export type Granularity = (typeof granularities)[number];
