import type { ViewDefinition } from '../view.ts';

export default {
  id: 'balance',
  title: 'Balance',
  key: '2',
  needsRun: true,
  controls: true,
  bottomBar: true,
  summary:
    'remaining ratios over time, cells x time heat maps, parameter reduction by granularity; a second run side by side',
  load: () => import('./Balance.tsx'),
} as const satisfies ViewDefinition;
