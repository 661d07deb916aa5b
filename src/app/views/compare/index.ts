import type { ViewDefinition } from '../view.ts';

export default {
  id: 'compare',
  title: 'Compare',
  key: '8',
  needsRun: false,
  controls: false,
  summary:
    'search methods compared at equal sizes and seeds: run, tested and saved here; architectures found can be added to the library',
  load: () => import('./Compare.tsx'),
} as const satisfies ViewDefinition;
