import type { ViewDefinition } from '../view.ts';

export default {
  id: 'overview',
  title: 'Overview',
  key: '1',
  needsRun: true,
  controls: true,
  bottomBar: true,
  summary: 'stage and time left, accuracy, loss, remaining ratios, size against target, device',
  load: async () => ({ default: (await import('../Overview.tsx')).Overview }),
} as const satisfies ViewDefinition;
