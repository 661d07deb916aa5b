import type { ViewDefinition } from '../view.ts';

export default {
  id: 'compare',
  title: 'Compare',
  key: '8',
  needsRun: false,
  controls: false,
  summary:
    'methods against each other, at equal sizes and seeds: queued here, watched, tested and saved; what each run found goes into the library',
  load: () => import('./Compare.tsx'),
} as const satisfies ViewDefinition;
