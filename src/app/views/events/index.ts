import type { ViewDefinition } from '../view.ts';

export default {
  id: 'events',
  title: 'Events',
  key: '6',
  needsRun: true,
  controls: true,
  summary: 'every pruning, commit and regrowth',
  load: () => import('./Events.tsx'),
} as const satisfies ViewDefinition;
