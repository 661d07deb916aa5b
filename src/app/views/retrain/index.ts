import type { ViewDefinition } from '../view.ts';

export default {
  id: 'retrain',
  title: 'Retrain',
  key: '7',
  needsRun: true,
  controls: false,
  summary:
    'the architecture trained from scratch by the paper\u2019s recipe, kept and resumed, and exports to ONNX, PyTorch and TensorFlow.js',
  load: () => import('./Retrain.tsx'),
} as const satisfies ViewDefinition;
