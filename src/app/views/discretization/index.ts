import type { ViewDefinition } from '../view.ts';

export default {
  id: 'discretization',
  title: 'Discretization',
  key: '4',
  needsRun: true,
  controls: true,
  bottomBar: true,
  summary: 'importances against the learned threshold, for any cell and granularity',
  load: () => import('./Discretization.tsx'),
} as const satisfies ViewDefinition;
