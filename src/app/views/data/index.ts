import type { ViewDefinition } from '../view.ts';

export default {
  id: 'data',
  title: 'Data',
  key: '9',
  needsRun: false,
  controls: false,
  summary: 'your own data sets: folders or archives of images, CIFAR, IDX, NumPy, MATLAB, STL-10',
  load: () => import('./Data.tsx'),
} as const satisfies ViewDefinition;
