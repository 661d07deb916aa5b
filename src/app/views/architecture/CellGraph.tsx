/** One cell as a graph to choose operations in, by pointer or by arrow keys. */
import { useMemo } from 'react';
import type { KeyboardEvent } from 'react';
import { cellName } from '../../store/state-name.ts';
import type { Candidate } from '../../store/cell-units.ts';
import { select, useSelection } from '../selection.ts';
import { CellDrawing } from './CellDrawing.tsx';
import { layoutCell } from './layout.ts';
import type { OutlineGroup } from '../../../domain/graph/outline.ts';

interface CellGraphProps {
  cell: number;
  candidates: readonly Candidate[];
  outline: OutlineGroup;
  /** Pruned ones too, as ghosts: then nothing moves while the search goes on. */
  ghosts: boolean;
}

const idOf = ({ unit }: Candidate): string => `graph-unit-${unit}`;
const choose = ({ unit }: Candidate): void => select({ unit });

export function CellGraph({ cell, candidates, outline, ghosts }: CellGraphProps) {
  const { unit } = useSelection();
  const shown = useMemo(
    () => (ghosts ? candidates : candidates.filter(({ alive }) => alive)),
    [candidates, ghosts],
  );
  const layout = useMemo(() => layoutCell(shown, outline), [shown, outline]);
  const rows = layout.boxes.flatMap((box) => box.rows);
  const at = rows.findIndex((row) => row.unit === unit);
  const move = (event: KeyboardEvent): void => {
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    const row = rows[next];
    if (row) choose(row);
  };
  return (
    <svg
      className="cell-graph"
      viewBox={`0 0 ${layout.width} ${layout.height}`}
      // No larger than life and a third: a small cell's letters should not shout.
      style={{ maxWidth: 1.6 * layout.width, maxHeight: 1.6 * layout.height }}
      role="listbox"
      tabIndex={0}
      aria-label={`Operations of ${cellName(cell)}; arrow keys choose one`}
      aria-activedescendant={at >= 0 ? idOf(rows[at]!) : undefined}
      onKeyDown={move}
    >
      <CellDrawing layout={layout} unit={unit} idOf={idOf} choose={choose} />
    </svg>
  );
}
