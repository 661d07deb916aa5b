/** The trained network as files of other programs. */
import type { ExportFormat } from '../../../engine/architecture/export/files.ts';
import { DownloadIcon } from '../../components/icons.tsx';
import { exportTrained, useTraining } from './session.ts';

const formats: readonly { format: ExportFormat; label: string; text: string }[] = [
  {
    format: 'onnx',
    label: 'ONNX',
    text: 'For onnxruntime and most inference engines; masked weights are zeros.',
  },
  {
    format: 'pytorch',
    label: 'PyTorch',
    text: 'A readable module and its weights as .npz; train it on with torchrun, masks kept.',
  },
  {
    format: 'tfjs',
    label: 'TensorFlow.js',
    text: 'A graph model: tf.loadGraphModel opens it in a browser.',
  },
  { format: 'json', label: 'JSON', text: 'Architecture and weights by this lab\u2019s schema.' },
];

export function Exports() {
  const ready = useTraining((s) => s.state === 'finished');
  return (
    <>
      {!ready && <p className="empty">Once it is trained.</p>}
      <ul className="exports">
        {formats.map(({ format, label, text }) => (
          <li key={format}>
            <button
              type="button"
              disabled={!ready}
              onClick={() => exportTrained(format)}
              aria-describedby={`export-${format}`}
            >
              <DownloadIcon /> {label}
            </button>
            <span id={`export-${format}`}>{text}</span>
          </li>
        ))}
      </ul>
      <p className="note">
        Each states its parameters, multiply-accumulates, bytes and expected accuracy in card.json.
      </p>
    </>
  );
}
