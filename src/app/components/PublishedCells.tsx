/** Published cells as reference points: as their papers report them, or at the parameters of a network of the library. */
import { useState } from 'react';
import { describePublished, publishedNetworks } from '../../domain/architecture/published-cells.ts';
import type { PublishedNetwork } from '../../domain/architecture/published-cells.ts';
import type { Imported } from '../../protocol/import-messages.ts';
import { compact } from '../format.ts';
import { messageOfImport, readPublished } from '../sessions/import.ts';
import { useLibrary } from '../store/library-state.ts';
import { ImportedResult } from './ImportedResult.tsx';
import { Panel } from './Panel.tsx';
import { TableScroll } from './TableScroll.tsx';

export function PublishedCells() {
  const architectures = useLibrary((s) => s.architectures);
  const [like, setLike] = useState('');
  const [reading, setReading] = useState('');
  const [problem, setProblem] = useState('');
  const [imported, setImported] = useState<Imported | null>(null);
  const chosen = architectures.find(({ id }) => id === like)?.architecture ?? null;
  const open = async ({ id }: PublishedNetwork): Promise<void> => {
    setReading(id);
    setProblem('');
    setImported(null);
    try {
      setImported(await readPublished(id, chosen));
    } catch (error) {
      setProblem(messageOfImport(error));
    } finally {
      setReading('');
    }
  };
  return (
    <Panel
      title="Published cells"
      note="reference points, with their sources"
      className="area-published"
      csv="table"
    >
      <label className="published-like">
        <span>Size</span>
        <select value={like} onChange={(event) => setLike(event.target.value)}>
          <option value="">as in the paper</option>
          {architectures.map(({ id, name, architecture }) => (
            <option key={id} value={id}>
              {`at equal parameters: ${name}, ${compact(architecture.parameters.active)}`}
            </option>
          ))}
        </select>
      </label>
      <TableScroll label="Published cells, table">
        <table>
          <thead>
            <tr>
              <th scope="col">Cell</th>
              <th scope="col">Network of the paper</th>
              <th scope="col">Parameters</th>
              <th scope="col">Test error</th>
              <th scope="col" className="published-source">
                Source
              </th>
              <th scope="col">
                <span className="visually-hidden">Import</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {publishedNetworks.map((cell) => (
              <tr key={cell.id}>
                <th scope="row" title={cell.note}>
                  {cell.label}
                </th>
                <td>{describePublished(cell).network}</td>
                <td>{cell.reported ? `${cell.reported.parameters} M` : '\u2013'}</td>
                <td>
                  {cell.reported
                    ? `${cell.reported.testError} %, ${describePublished(cell).data}`
                    : '\u2013'}
                </td>
                <td className="published-source">{`${cell.source}, ${cell.link.replace('https://', '')}`}</td>
                <td>
                  <button
                    type="button"
                    disabled={reading !== ''}
                    onClick={() => void open(cell)}
                    aria-label={`Import ${cell.label}`}
                  >
                    {reading === cell.id ? 'Importing' : 'Import'}
                  </button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </TableScroll>
      {problem && (
        <p className="problem" role="alert">
          {problem}
        </p>
      )}
      {imported && <ImportedResult imported={imported} close={() => setImported(null)} />}
      <p className="note">
        Their test errors come from hundreds of epochs on the whole data set and cannot be compared
        with a shorter training here. Add one with as many parameters as your network, and train
        both with the same settings.
      </p>
    </Panel>
  );
}
