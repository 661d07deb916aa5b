import { row } from '../row.ts';

/** One feature of the classifier: which lane of the pooled quads it is. */
export const featureRow = row('Feature', {
  lane: 'u32',
});

/** One lane of the pooled quads: which feature it is, or none. */
export const laneFeatureRow = row('LaneFeature', {
  feature: 'u32',
});
