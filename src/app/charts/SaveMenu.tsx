/** Saves a chart: one small menu beside its title. */
import { useRef, useState } from 'react';
import { DownloadIcon } from '../components/icons.tsx';
import { saveBlob } from '../download.ts';
import { saveKinds } from './save.ts';
import type { SaveKind } from './save.ts';

interface SaveMenuProps {
  /** What is saved: names the menu and the file. */
  of: string;
  /** Makes the file as the chart stands now. */
  make: (kind: SaveKind) => Promise<Blob>;
}

export function SaveMenu({ of, make }: SaveMenuProps) {
  const [problem, setProblem] = useState<string | null>(null);
  const menu = useRef<HTMLDetailsElement>(null);
  const close = (): void => menu.current?.removeAttribute('open');
  const save = async (kind: SaveKind): Promise<void> => {
    const name = of.toLowerCase().replace(/[^a-z0-9]+/g, '-');
    setProblem(null);
    try {
      saveBlob(await make(kind), `mgas-${name}.${kind}`);
      close();
    } catch (error) {
      setProblem(
        `${kind.toUpperCase()} could not be created: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  };
  return (
    <details
      ref={menu}
      className="save-menu"
      onKeyDown={(event) => event.key === 'Escape' && close()}
      onBlur={(event) => !event.currentTarget.contains(event.relatedTarget) && close()}
    >
      <summary
        className="icon-button small"
        aria-label={`Save ${of}`}
        title="Save as CSV, PNG or SVG"
      >
        <DownloadIcon />
      </summary>
      <div>
        {saveKinds.map((kind) => (
          <button key={kind} type="button" onClick={() => void save(kind)}>
            {kind.toUpperCase()}
          </button>
        ))}
        {problem && (
          <p className="field-problem" role="alert">
            {problem}
          </p>
        )}
      </div>
    </details>
  );
}
