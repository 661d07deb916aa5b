import { row } from '../row.ts';

/** A run of weights that one workgroup goes through. */
export const segmentRow = row('Segment', {
  /** First parameter. */
  parameter: 'u32',
  count: 'u32',
  /** Parameter index of their weight threshold, or none. */
  threshold: 'u32',
  /** `countedCandidateRow` of the candidate they belong to, as a table of one; none: they are not counted softly. */
  counted: 'u32',
});

/** One parameter. */
export const gradientPlaceRow = row('GradientPlace', {
  /** f32 of its gradient within a chunk, or none where `gradients` holds it already. */
  place: 'u32',
});
