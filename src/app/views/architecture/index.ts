import type { ViewDefinition } from '../view.ts';

export default {
  id: 'architecture',
  title: 'Architecture',
  key: '3',
  needsRun: true,
  controls: true,
  bottomBar: true,
  summary:
    'each cell as a graph, an operation\u2019s filters, weights and history, the whole network as SVG or PNG',
  load: () => import('./Architecture.tsx'),
} as const satisfies ViewDefinition;
