/** Architectures from elsewhere: files, or a pasted genotype with what it leaves open. Nothing is stored before it is added. */
import { useRef, useState } from 'react';
import type { Imported, ImportOptions } from '../../../protocol/import-messages.ts';
import { ImportedResult } from '../../components/ImportedResult.tsx';
import { Panel } from '../../components/Panel.tsx';
import { messageOfImport, readArchitectures, readPasted } from '../../sessions/import.ts';

const fields = [
  { name: 'cells', label: 'Cells', usual: '20', least: 3, most: 40 },
  { name: 'channels', label: 'Initial channels', usual: '36', least: 1, most: 256 },
  { name: 'imageSize', label: 'Image size, pixels', usual: '32', least: 4, most: 224 },
  { name: 'imageChannels', label: 'Image channels', usual: '3', least: 1, most: 4 },
  { name: 'classes', label: 'Classes', usual: '10', least: 1, most: 1000 },
] as const;
type Values = Partial<Record<(typeof fields)[number]['name'] | 'name', string>>;

function optionsOf(values: Values): ImportOptions {
  const numbers = fields.flatMap(({ name }) => {
    const text = values[name]?.trim();
    return text ? [[name, Number(text)]] : [];
  });
  const name = values.name?.trim();
  return { ...(Object.fromEntries(numbers) as ImportOptions), ...(name && { name }) };
}

export function ImportArchitecture() {
  const [text, setText] = useState('');
  const [values, setValues] = useState<Values>({});
  const [state, setState] = useState<'idle' | 'reading'>('idle');
  const [problem, setProblem] = useState('');
  const [imported, setImported] = useState<Imported | null>(null);
  const input = useRef<HTMLInputElement>(null);
  const read = async (work: () => Promise<Imported>): Promise<void> => {
    setState('reading');
    setProblem('');
    setImported(null);
    try {
      setImported(await work());
    } catch (error) {
      setProblem(messageOfImport(error));
    } finally {
      setState('idle');
    }
  };
  const files = (list: FileList | null): void => {
    // A copy: the list empties itself when the input is cleared.
    const chosen = [...(list ?? [])];
    if (chosen.length > 0) void read(() => readArchitectures(chosen, optionsOf(values)));
  };
  return (
    <Panel
      title="Import an architecture"
      note="DARTS genotypes, blocks of ProxylessNAS and once-for-all, published architectures, this lab’s JSON"
      className="area-import"
    >
      <form
        className="import-form"
        onSubmit={(event) => {
          event.preventDefault();
          void read(() => readPasted(text, optionsOf(values)));
        }}
        onDragOver={(event) => event.preventDefault()}
        onDrop={(event) => {
          // The view around it takes files too, as runs.
          event.preventDefault();
          event.stopPropagation();
          files(event.dataTransfer.files);
        }}
      >
        <label className="import-text">
          <span>Genotype, pasted</span>
          <textarea
            rows={4}
            value={text}
            spellCheck={false}
            placeholder="Genotype(normal=[('operation', 0), …], normal_concat=range(2, 6), reduce=[…], reduce_concat=range(2, 6))"
            onChange={(event) => setText(event.target.value)}
          />
        </label>
        <div className="import-fields">
          {fields.map(({ name, label, usual, least, most }) => (
            <label key={name}>
              <span>{label}</span>
              <input
                type="number"
                min={least}
                max={most}
                step={1}
                placeholder={usual}
                value={values[name] ?? ''}
                onChange={(event) => setValues({ ...values, [name]: event.target.value })}
              />
            </label>
          ))}
          <label>
            <span>Name, if there are several</span>
            <input
              type="text"
              value={values.name ?? ''}
              placeholder="DARTS_V2"
              onChange={(event) => setValues({ ...values, name: event.target.value })}
            />
          </label>
        </div>
        <div className="buttons">
          <button
            type="submit"
            className="primary"
            disabled={state === 'reading' || text.trim() === ''}
          >
            Import the text
          </button>
          <button
            type="button"
            disabled={state === 'reading'}
            onClick={() => input.current?.click()}
          >
            Open files
          </button>
          <input
            ref={input}
            type="file"
            multiple
            hidden
            aria-label="Architecture files"
            onChange={(event) => {
              files(event.target.files);
              event.target.value = '';
            }}
          />
          <span className="note">
            A genotype and its mask file are opened together, or dropped here. Nothing in a file is
            executed.
          </span>
        </div>
      </form>
      <div role="status">{state === 'reading' && <p>Reading</p>}</div>
      {problem && (
        <p className="problem" role="alert">
          {problem}
        </p>
      )}
      {imported && <ImportedResult imported={imported} close={() => setImported(null)} />}
    </Panel>
  );
}
