import type { ViewDefinition } from '../view.ts';

export default {
  id: 'library',
  title: 'Library',
  key: '0',
  needsRun: false,
  controls: false,
  summary:
    'stored runs: resume, compare, rename, export, import; each architecture\u2019s size, dense and sparse, and its inference latency on this adapter',
  load: () => import('./Library.tsx'),
} as const satisfies ViewDefinition;
