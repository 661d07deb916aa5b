/** One cell in DARTS's convention: nodes with their tensors, an edge an operation. What is pointed at is followed. */
import { useMemo, useState } from 'react';
import type { KeyboardEvent } from 'react';
import { operationTable } from '../../../domain/operations/registry.ts';
import { strideOf } from '../../../domain/spaces/cells.ts';
import { layoutOf } from '../../../domain/spaces/registry.ts';
import type { Candidate } from '../../store/cell-units.ts';
import { cellName, stateName } from '../../store/state-name.ts';
import { shownSettings, useShown } from '../../store/store.ts';
import { select, useSelection } from '../selection.ts';
import { finds, layoutDarts, tensorShapes, touches } from './darts-layout.ts';
import type { DartsNode } from './darts-layout.ts';
import { idOf, Label, Line, Node } from './DartsParts.tsx';
import { smooth } from './layout.ts';

interface DartsGraphProps {
  cell: number;
  candidates: readonly Candidate[];
  nodes: number;
  ghosts: boolean;
  /** What is searched for; empty = nothing. */
  words: string;
  /** Of the drawing's own size; 0 = as the panel has room. */
  zoom: number;
}

type Pointed = { unit: number } | { state: number } | null;

export const foundBy = ({ operation, from, to }: Candidate, words: string): boolean =>
  finds(words, [
    operation,
    operationTable[operation].label,
    operationTable[operation].short,
    `${stateName(from)} ${stateName(to)}`,
  ]);

export function DartsGraph({ cell, candidates, nodes, ghosts, words, zoom }: DartsGraphProps) {
  const { unit } = useSelection();
  const [pointed, setPointed] = useState<Pointed>(null);
  const settings = useShown(shownSettings);
  const shown = useMemo(
    () => (ghosts ? candidates : candidates.filter(({ alive }) => alive)),
    [candidates, ghosts],
  );
  const layout = useMemo(() => layoutDarts(shown, nodes), [shown, nodes]);
  const { shapes, shape } = useMemo(() => {
    const { space, data } = settings;
    const { cells: all, stemChannels, nodes: count } = layoutOf(space, data.imageSize);
    return {
      shapes: tensorShapes(all, cell, stemChannels, count, data.imageSize),
      shape: all[cell]!,
    };
  }, [settings, cell]);
  const rows = layout.edges.map(({ candidate }) => candidate);
  const at = rows.findIndex((row) => row.unit === unit);
  const move = (event: KeyboardEvent): void => {
    const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    const row = rows[next];
    if (row) select({ unit: row.unit });
  };
  /** Followed, and not hidden by the search. */
  const isLit = (candidate: Candidate): boolean => {
    if (words.trim() && !foundBy(candidate, words)) return false;
    if (pointed === null) return true;
    return 'unit' in pointed ? pointed.unit === candidate.unit : touches(candidate, pointed.state);
  };
  return (
    <svg
      className="cell-graph darts-graph"
      viewBox={`0 0 ${layout.width} ${layout.height}`}
      style={
        zoom > 0
          ? { width: zoom * layout.width, height: zoom * layout.height, maxWidth: 'none' }
          : { maxWidth: 1.5 * layout.width, maxHeight: 1.5 * layout.height }
      }
      role="listbox"
      tabIndex={0}
      aria-label={`Operations of ${cellName(cell)}; arrow keys choose one`}
      aria-activedescendant={at >= 0 ? idOf(rows[at]!) : undefined}
      onKeyDown={move}
      onPointerLeave={() => setPointed(null)}
    >
      {layout.outputs.map(({ state, points }) => (
        <path
          key={state}
          d={smooth(points)}
          fill="none"
          style={{ stroke: 'var(--faint)' }}
          strokeOpacity={pointed && !('state' in pointed && pointed.state === state) ? 0.25 : 1}
          strokeWidth="1.5"
        />
      ))}
      {layout.edges.map((edge) => (
        <Line
          key={edge.candidate.unit}
          edge={edge}
          lit={isLit(edge.candidate)}
          selected={edge.candidate.unit === unit}
          point={() => setPointed({ unit: edge.candidate.unit })}
        />
      ))}
      {/* Over all lines: names are read, whatever passes behind them. */}
      {layout.edges.map((edge) => (
        <Label
          key={edge.candidate.unit}
          edge={edge}
          lit={isLit(edge.candidate)}
          selected={edge.candidate.unit === unit}
          shapes={shapes}
          stride={strideOf(shape, edge.candidate.from)}
          point={() => setPointed({ unit: edge.candidate.unit })}
        />
      ))}
      {layout.nodes.map((node) => (
        <Node
          key={node.state}
          node={node}
          shape={shapes[node.state]}
          lit={pointed === null || isOn(node, pointed, rows)}
          point={() => setPointed({ state: node.state })}
        />
      ))}
    </svg>
  );
}

/** An end of what is pointed at, or joined to the node that is. */
function isOn({ state }: DartsNode, pointed: Exclude<Pointed, null>, rows: readonly Candidate[]) {
  if ('unit' in pointed) {
    const row = rows.find(({ unit }) => unit === pointed.unit);
    return row !== undefined && touches(row, state);
  }
  return (
    state === pointed.state ||
    rows.some((row) => touches(row, pointed.state) && touches(row, state))
  );
}
