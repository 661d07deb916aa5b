import type { ViewDefinition } from '../view.ts';

export default {
  id: 'balance',
  title: 'Balance',
  key: '2',
  needsRun: true,
  controls: true,
  bottomBar: true,
  summary:
    'remaining ratios over time, cells x time heat maps, where the parameters went; a second run beside it',
  load: () => import('./Balance.tsx'),
} as const satisfies ViewDefinition;
