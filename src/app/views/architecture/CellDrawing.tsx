/** A cell as SVG: the same drawing on screen, in the picture of a whole network, and in an exported file. */
import { memo } from 'react';
import { operationTable } from '../../../domain/operations/registry.ts';
import { stateName } from '../../store/state-name.ts';
import type { Candidate } from '../../store/cell-units.ts';
import { rowHeight, rowY, smooth } from './layout.ts';
import type { BoxShape, CellLayout, StateShape } from './shapes.ts';

interface CellDrawingProps {
  layout: CellLayout;
  /** What the inputs are, in place of their general names. */
  inputs?: readonly string[];
  /** Selected candidate. */
  unit?: number | null;
  /** Of a row's element, where rows can be chosen. */
  idOf?: (candidate: Candidate) => string;
  choose?: (candidate: Candidate) => void;
}

export const CellDrawing = memo(function CellDrawing({
  layout,
  inputs,
  unit = null,
  idOf,
  choose,
}: CellDrawingProps) {
  const nodes = layout.states.filter(({ role }) => role === 'node');
  const numbered = layout.states.some(({ role }) => role === 'output');
  const nameOf = ({ state, role }: StateShape): string => {
    if (role === 'output') return 'c\u2096';
    if (role === 'input') return inputs?.[state] ?? stateName(state);
    // A layer's one sum is not numbered.
    return numbered ? String(nodes.findIndex((node) => node.state === state) + 1) : '+';
  };
  return (
    <>
      {layout.lines.map(({ points, strength }, i) => (
        <path
          key={i}
          d={smooth(points)}
          fill="none"
          style={{ stroke: 'var(--muted)' }}
          strokeWidth={strength > 0 ? 0.75 + 3 * strength ** 2 : 0.75}
          strokeOpacity={strength > 0 ? 0.3 + 0.4 * strength : 0.35}
          strokeDasharray={strength > 0 ? undefined : '3 3'}
          strokeLinecap="round"
        />
      ))}
      {layout.boxes.map((box) => (
        <Box key={box.edge} box={box} unit={unit} idOf={idOf} choose={choose} />
      ))}
      {layout.states.map((shape) => {
        const { state, role, x, y, width, height } = shape;
        const end = role !== 'node';
        return (
          <g key={state}>
            <rect
              x={x - width / 2}
              y={y - height / 2}
              width={width}
              height={height}
              rx={end ? 6 : height / 2}
              style={{ fill: end ? 'var(--panel)' : 'var(--ink)', stroke: 'var(--ink)' }}
              strokeWidth="1.25"
            />
            <text
              x={x}
              y={y + 4}
              textAnchor="middle"
              fontSize="12"
              fontWeight="600"
              style={{ fill: end ? 'var(--text)' : 'var(--on-ink)' }}
            >
              {nameOf(shape)}
            </text>
          </g>
        );
      })}
    </>
  );
});

const barLeft = 54;

function Box({
  box,
  unit,
  idOf,
  choose,
}: { box: BoxShape } & Pick<CellDrawingProps, 'unit' | 'idOf' | 'choose'>) {
  const { x, y, width, height, rows } = box;
  const dead = rows.every(({ alive }) => !alive);
  return (
    <g
      opacity={dead ? 0.6 : 1}
      role={choose && 'group'}
      aria-label={choose && `${stateName(box.from)} to ${stateName(box.to)}`}
    >
      <rect
        x={x}
        y={y}
        width={width}
        height={height}
        rx="5"
        style={{ fill: 'var(--panel)', stroke: 'var(--line)' }}
        strokeDasharray={dead ? '3 3' : undefined}
      />
      {rows.map((candidate, i) => (
        <Operation
          key={candidate.unit}
          candidate={candidate}
          x={x}
          y={rowY(box, i)}
          width={width}
          selected={candidate.unit === unit}
          id={idOf?.(candidate)}
          choose={choose}
        />
      ))}
    </g>
  );
}

interface OperationProps {
  candidate: Candidate;
  x: number;
  y: number;
  width: number;
  selected: boolean;
  id?: string;
  choose?: (candidate: Candidate) => void;
}

/** Its name, and its importance as a bar against its threshold. */
function Operation({ candidate, x, y, width, selected, id, choose }: OperationProps) {
  const { operation, importance, threshold, alive, state } = candidate;
  const track = width - barLeft - 8;
  const color = state.regrown ? 'var(--regrown)' : 'var(--operation)';
  const at = x + barLeft + track * Math.min(1, Math.max(0, threshold));
  return (
    <g
      id={id}
      role={choose && 'option'}
      aria-selected={choose && selected}
      aria-label={choose && spoken(candidate)}
      onClick={choose && (() => choose(candidate))}
      className={choose && 'graph-row'}
    >
      <rect
        x={x + 1.5}
        y={y}
        width={width - 3}
        height={rowHeight}
        rx="3"
        style={{ fill: selected ? 'var(--sunken)' : 'transparent' }}
        className="graph-row-back"
      />
      {selected && (
        <rect x={x} y={y} width="3" height={rowHeight} rx="1" style={{ fill: 'var(--text)' }} />
      )}
      <text
        x={x + 8}
        y={y + 11}
        fontSize="10.5"
        textDecoration={alive ? undefined : 'line-through'}
        style={{ fill: alive ? 'var(--text)' : 'var(--muted)' }}
      >
        {operationTable[operation].short}
      </text>
      <rect
        x={x + barLeft}
        y={y + 5}
        width={track}
        height="5"
        rx="2.5"
        style={{ fill: 'var(--sunken)' }}
      />
      {alive ? (
        <rect
          x={x + barLeft}
          y={y + 5}
          width={Math.max(2, track * importance)}
          height="5"
          rx="2.5"
          style={{ fill: color }}
        />
      ) : (
        <rect
          x={x + barLeft + 0.5}
          y={y + 5.5}
          width={Math.max(2, track * importance)}
          height="4"
          rx="2"
          fill="none"
          style={{ stroke: 'var(--faint)' }}
        />
      )}
      {threshold > 0 && (
        <path
          d={`M${at.toFixed(1)} ${y + 2.5}v10`}
          style={{ stroke: alive ? 'var(--text)' : 'var(--faint)' }}
          strokeWidth="1.5"
        />
      )}
      {state.regrown && alive && (
        <circle
          cx={x + barLeft - 6}
          cy={y + 7.5}
          r="2.5"
          fill="none"
          style={{ stroke: 'var(--regrown)' }}
          strokeWidth="1.5"
        />
      )}
    </g>
  );
}

function spoken({ operation, importance, alive, state, from, to }: Candidate): string {
  return `${operationTable[operation].label}, ${stateName(from)} to ${stateName(to)}, importance ${importance.toFixed(2)}, ${alive ? (state.regrown ? 'regrown' : 'active') : 'pruned'}`;
}
