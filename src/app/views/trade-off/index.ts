import type { ViewDefinition } from '../view.ts';

export default {
  id: 'trade-off',
  title: 'Trade-off',
  key: '5',
  needsRun: true,
  controls: true,
  bottomBar: true,
  summary: 'accuracy against size, with the target, earlier runs and the Pareto front',
  load: () => import('./TradeOff.tsx'),
} as const satisfies ViewDefinition;
