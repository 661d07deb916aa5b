/** What a trained network can be exported to. The exporters themselves: src/engine/architecture/export/files.ts. */

export interface ExportFormatDefinition {
  /** In the shell's --format and in file names. */
  readonly id: string;
  readonly label: string;
  readonly help: string;
  /** Names of the files, beside card.json. */
  readonly files: readonly string[];
  /** What opens them, for the docs. */
  readonly openedBy: string;
}

export const exportFormatDefinitions = [
  {
    id: 'onnx',
    label: 'ONNX',
    help: 'For onnxruntime and most inference engines; masked weights are zeros.',
    files: ['network.onnx'],
    openedBy:
      'onnxruntime and most inference engines (opset 17); shapes of all tensors and class names are in it',
  },
  {
    id: 'pytorch',
    label: 'PyTorch',
    help: 'A readable module and its weights as .npz; train it further with torchrun, masks kept.',
    files: ['network.py', 'train.py', 'weights.npz'],
    openedBy: 'PyTorch 1.13 or newer',
  },
  {
    id: 'tfjs',
    label: 'TensorFlow.js',
    help: 'A graph model: tf.loadGraphModel opens it in a browser.',
    files: ['model.json', 'weights.bin'],
    openedBy: '`tf.loadGraphModel`',
  },
  {
    id: 'json',
    label: 'JSON',
    help: 'Architecture and weights by this lab\u2019s schema.',
    files: ['architecture.json', 'trained.json'],
    openedBy: 'this lab',
  },
] as const satisfies readonly ExportFormatDefinition[];

export type ExportFormat = (typeof exportFormatDefinitions)[number]['id'];
export const exportFormats: readonly ExportFormat[] = exportFormatDefinitions.map(({ id }) => id);
