import { row } from '../row.ts';

/** Where a quad's four channels come from. */
export const gatherFields = {
  /** The quad that holds all four lanes in place, or none. */
  aligned: 'u32',
  /** Each lane's source, 4 x quad + lane, or none. */
  lanes: 'vec4u',
} as const;

export const gatherRow = row('GatherRow', gatherFields);
