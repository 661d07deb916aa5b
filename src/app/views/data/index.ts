import type { ViewDefinition } from '../view.ts';

export default {
  id: 'data',
  title: 'Data',
  key: '9',
  needsRun: false,
  summary: 'your own data sets: CIFAR, IDX, folders or zips of images, NumPy',
  load: () => import('./Data.tsx'),
} as const satisfies ViewDefinition;
