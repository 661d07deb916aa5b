import type { ViewDefinition } from '../view.ts';

export default {
  id: 'retrain',
  title: 'Retrain',
  key: '7',
  needsRun: true,
  controls: false,
  summary:
    'train the architecture from scratch with the paper\u2019s recipe; export to ONNX, PyTorch and TensorFlow.js',
  load: () => import('./Retrain.tsx'),
} as const satisfies ViewDefinition;
