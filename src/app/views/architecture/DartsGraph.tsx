/** One cell in DARTS's convention: nodes with their tensors, an edge an operation. What is pointed at is followed. */
import { useMemo, useState } from 'react';
import type { KeyboardEvent } from 'react';
import { operationTable } from '../../../domain/operations/registry.ts';
import { strideOf } from '../../../domain/spaces/cells.ts';
import { layoutOf } from '../../../domain/spaces/registry.ts';
import { cellName } from '../../format.ts';
import type { Candidate } from '../../store/cell-units.ts';
import { stateName } from '../../store/state-name.ts';
import { shownSettings, useShown } from '../../store/store.ts';
import { select, useSelection } from '../selection.ts';
import { finds, labelHeight, layoutDarts, tensorShapes, touches } from './darts-layout.ts';
import type { DartsEdge, DartsNode, TensorShape } from './darts-layout.ts';
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

const idOf = ({ unit }: Candidate): string => `darts-unit-${unit}`;

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

interface EdgeProps {
  edge: DartsEdge;
  lit: boolean;
  selected: boolean;
  shapes: readonly TensorShape[];
  stride: 1 | 2;
  point: () => void;
}

const shapeText = ({ channels, size }: TensorShape): string =>
  `${channels}\u00d7${size}\u00d7${size}`;

function Line({ edge, lit, selected, point }: Omit<EdgeProps, 'shapes' | 'stride'>) {
  const { candidate, points } = edge;
  const { alive, state } = candidate;
  const color = !alive ? 'var(--faint)' : state.regrown ? 'var(--regrown)' : 'var(--operation)';
  return (
    <g
      aria-hidden="true"
      className="graph-row"
      opacity={lit ? 1 : 0.14}
      onPointerEnter={point}
      onClick={() => select({ unit: candidate.unit })}
    >
      <path d={smooth(points)} fill="none" stroke="transparent" strokeWidth="10" />
      <path
        d={smooth(points)}
        fill="none"
        style={{ stroke: color }}
        strokeWidth={selected ? 3 : 1.5}
        strokeDasharray={alive ? undefined : '3 3'}
      />
    </g>
  );
}

/** The operation's name on its edge: what is chosen. */
function Label({ edge, lit, selected, shapes, stride, point }: EdgeProps) {
  const { candidate, label } = edge;
  const { operation, alive, from, to, importance, threshold } = candidate;
  const node = shapes[to];
  const title = [
    `${operationTable[operation].label}, ${stateName(from)} to ${stateName(to)}${alive ? '' : ', pruned'}`,
    `importance ${importance.toFixed(2)}, threshold ${threshold.toFixed(2)}`,
    // The preprocess gives each input the cell's channels before an operation reads it.
    node
      ? `tensor ${node.channels}\u00d7${node.size * stride}\u00d7${node.size * stride} to ${shapeText(node)}`
      : '',
  ];
  return (
    <g
      id={idOf(candidate)}
      className="graph-row"
      role="option"
      aria-selected={selected}
      aria-label={title.slice(0, 2).join(', ')}
      opacity={lit ? 1 : 0.14}
      onPointerEnter={point}
      onClick={() => select({ unit: candidate.unit })}
    >
      <title>{title.filter(Boolean).join('\n')}</title>
      <rect
        x={label.x - label.width / 2}
        y={label.y - labelHeight / 2}
        width={label.width}
        height={labelHeight}
        rx="4"
        className="graph-row-back"
        style={{
          fill: selected ? 'var(--sunken)' : 'var(--panel)',
          stroke: selected ? 'var(--text)' : 'none',
        }}
      />
      <text
        x={label.x}
        y={label.y + 4}
        textAnchor="middle"
        fontSize="11"
        textDecoration={alive ? undefined : 'line-through'}
        style={{ fill: alive ? 'var(--text)' : 'var(--muted)' }}
      >
        {operation}
      </text>
    </g>
  );
}

interface NodeProps {
  node: DartsNode;
  shape: TensorShape | undefined;
  lit: boolean;
  point: () => void;
}

const fills = {
  input: 'color-mix(in srgb, var(--weight) 16%, var(--panel))',
  node: 'color-mix(in srgb, var(--operation) 16%, var(--panel))',
  output: 'color-mix(in srgb, var(--filter) 18%, var(--panel))',
} as const;

function Node({ node: { state, kind, x, y, width, height }, shape, lit, point }: NodeProps) {
  const name =
    kind === 'output' ? 'c\u2096' : kind === 'input' ? stateName(state) : String(state - 1);
  return (
    <g opacity={lit ? 1 : 0.3} onPointerEnter={point}>
      <title>
        {`${kind === 'output' ? 'output' : stateName(state)}${shape ? `: ${shape.channels} channels of ${shape.size}\u00d7${shape.size}` : ''}`}
      </title>
      <rect
        x={x - width / 2}
        y={y - height / 2}
        width={width}
        height={height}
        rx="5"
        style={{ fill: fills[kind], stroke: 'var(--ink)' }}
      />
      <text
        x={x}
        y={y - 1}
        textAnchor="middle"
        fontSize="12"
        fontWeight="600"
        style={{ fill: 'var(--text)' }}
      >
        {name}
      </text>
      {shape && (
        <text x={x} y={y + 12} textAnchor="middle" fontSize="9" style={{ fill: 'var(--muted)' }}>
          {shapeText(shape)}
        </text>
      )}
    </g>
  );
}
