/** What an import read, before it is kept: its figures, its cells, and where it can go. */
import { useState } from 'react';
import type { Imported } from '../../protocol/import-messages.ts';
import { compact, integer } from '../format.ts';
import { keepImported, messageOfImport } from '../sessions/import.ts';
import { capital, wordsOf } from '../store/state-name.ts';
import { CellsPicture } from './CellsPicture.tsx';

interface ImportedResultProps {
  readonly imported: Imported;
  readonly close: () => void;
}

export function ImportedResult({ imported, close }: ImportedResultProps) {
  const [problem, setProblem] = useState('');
  const { architecture, name } = imported;
  const { parameters, macs, dataset, cells, origin, settings } = architecture;
  const rows: [string, string][] = [
    ['Parameters', `${integer(parameters.dense)}, ${integer(parameters.active)} non-zero`],
    ['Multiply-accumulates', `${compact(macs.dense)} per image`],
    [
      'Images',
      `${dataset.imageSize} × ${dataset.imageSize} × ${dataset.imageChannels}, ${integer(dataset.classes)} classes`,
    ],
    [capital(wordsOf(settings.space).parts), integer(cells.length)],
    ...(origin?.source ? ([['Source', origin.source]] as [string, string][]) : []),
  ];
  const keep = async (): Promise<void> => {
    try {
      await keepImported(imported);
      close();
    } catch (error) {
      setProblem(`It could not be stored. ${messageOfImport(error)}`);
    }
  };
  return (
    <section className="imported" aria-label={`Read: ${name}`}>
      <h3>{name}</h3>
      <dl className="facts">
        {rows.map(([term, value]) => (
          <div key={term}>
            <dt>{term}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <CellsPicture architecture={architecture} of={name} />
      {problem && (
        <p className="problem" role="alert">
          {problem}
        </p>
      )}
      <div className="buttons">
        <button type="button" className="primary" onClick={() => void keep()}>
          Add to the library
        </button>
        <button type="button" onClick={close}>
          Discard
        </button>
      </div>
    </section>
  );
}
