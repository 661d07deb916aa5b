/** The trained network as files of other programs. */
import { exportFormatDefinitions } from '../../../domain/export-formats.ts';
import { DownloadIcon } from '../../components/icons.tsx';
import { exportTrained, useTraining } from '../../sessions/training.ts';

export function Exports() {
  const ready = useTraining((s) => s.state === 'finished');
  return (
    <>
      {!ready && <p className="empty">Available after training.</p>}
      <ul className="exports">
        {exportFormatDefinitions.map(({ id, label, help }) => (
          <li key={id}>
            <button
              type="button"
              disabled={!ready}
              onClick={() => exportTrained(id)}
              aria-describedby={`export-${id}`}
            >
              <DownloadIcon /> {label}
            </button>
            <span id={`export-${id}`}>{help}</span>
          </li>
        ))}
      </ul>
      <p className="note">
        Each includes a card.json with parameters, multiply-accumulates, bytes and expected
        accuracy.
      </p>
    </>
  );
}
