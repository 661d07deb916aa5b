/** The parts of a cell in DARTS's convention: the line and the label of an edge, and a node. */
import { operationTable } from '../../../domain/operations/registry.ts';
import type { Candidate } from '../../store/cell-units.ts';
import { stateName } from '../../store/state-name.ts';
import { select } from '../selection.ts';
import { labelHeight } from './darts-layout.ts';
import type { DartsEdge, DartsNode, TensorShape } from './darts-layout.ts';
import { smooth } from './layout.ts';

/** Of a label, by which the listbox names it. */
export const idOf = ({ unit }: Candidate): string => `darts-unit-${unit}`;

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

export function Line({ edge, lit, selected, point }: Omit<EdgeProps, 'shapes' | 'stride'>) {
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
export function Label({ edge, lit, selected, shapes, stride, point }: EdgeProps) {
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

export function Node({ node: { state, kind, x, y, width, height }, shape, lit, point }: NodeProps) {
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
