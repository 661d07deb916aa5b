/** The whole network as one picture: input and stem, every cell with what remains of it, pooling and classifier. */
import { useMemo } from 'react';
import type { Ref } from 'react';
import { integer, plural } from '../../format.ts';
import { cellName } from '../../store/state-name.ts';
import { candidatesOf } from '../../store/cell-units.ts';
import { outlineOf } from '../../../domain/spaces/outline.ts';
import { layoutOf } from '../../../domain/spaces/registry.ts';
import { lastSnapshot } from '../../store/run-model.ts';
import { plannedCandidates } from '../../store/planned.ts';
import { shownSettings, useShown } from '../../store/store.ts';
import { usePlannedNetwork } from '../../sessions/planned-now.ts';
import { arrangeCells, frame } from './arrange.ts';
import type { PlacedCell } from './arrange.ts';
import { CellDrawing } from './CellDrawing.tsx';
import { layoutCell } from './layout.ts';
import { ArrowHead } from './ArrowHead.tsx';
import { PictureTitle } from './PictureTitle.tsx';

const headHeight = 46;
/** Room beside the cells: for input and stem on the left, for pooling and classifier on the right. */
const ends = { left: 176, right: 214 };
const margin = 20;

/** Before a search: the whole super-net that it would begin with. */
export function NetworkPicture({ ref }: { ref: Ref<SVGSVGElement> }) {
  const planned = useShown(({ run, runId }) => run.started === null && runId === null);
  const counts = usePlannedNetwork();
  const details = useShown(({ run }) => run.details);
  const units = useShown(({ run }) => run.units);
  const snapshot = useShown(({ run }) => lastSnapshot(run));
  const settings = useShown(shownSettings);
  const classes = useShown(({ run }) => run.started?.dataset.classes ?? null);
  const layout = layoutOf(settings.space, settings.data.imageSize);
  const arranged = useMemo(() => {
    const outlines = outlineOf(settings.space);
    const known = planned
      ? layout.cells.map(({ index }) => index)
      : (details.at(-1)?.cells ?? []).map(({ cell }) => cell);
    const cells = known.flatMap((cell) => {
      const [shape, outline] = [layout.cells[cell], outlines[cell]];
      if (!shape || !outline) return [];
      const left = planned
        ? plannedCandidates(settings.space)
        : candidatesOf(details, units, settings.space, cell).filter(({ alive }) => alive);
      const inputs = outline.states.flatMap(({ role, source }) =>
        role === 'input' ? [source === null ? 'stem' : `c${source + 1}`] : [],
      );
      return [{ cell: { ...shape, inputs }, layout: layoutCell(left, outline) }];
    });
    return arrangeCells(cells, headHeight, ends);
  }, [details, units, settings, layout, planned]);
  const { placed, width, height } = arranged;
  const [first] = placed;
  if (!first || (!snapshot && !planned)) return null;
  const operations = snapshot?.counts.operation.left ?? counts?.operations ?? 0;
  return (
    <svg
      ref={ref}
      className="network-picture"
      viewBox={`${-margin} ${-margin} ${width + 2 * margin} ${height + 2 * margin}`}
      role="img"
      aria-label={`Network of ${plural(placed.length, 'cell')} with ${plural(operations, 'operation')}`}
    >
      <PictureTitle />
      {placed.slice(1).map(({ cell, x, y, height: own }, i) => {
        const before = placed[i]!;
        const sameRow = before.y === y;
        const path = sameRow
          ? `M${before.x + before.width} ${before.y + before.height / 2}L${x - 3} ${before.y + before.height / 2}`
          : `M${before.x + before.width / 2} ${before.y + before.height}V${y - 17}H${x + 60}V${y - 3}`;
        return (
          <path
            key={cell.index}
            d={path}
            fill="none"
            style={{ stroke: 'var(--muted)' }}
            strokeWidth="1.5"
            markerEnd="url(#arrow)"
            data-height={own}
          />
        );
      })}
      <Ends
        first={first}
        last={placed.at(-1) ?? first}
        size={settings.data.imageSize}
        stem={layout.stemChannels}
        classes={classes}
      />
      <ArrowHead id="arrow" />
      {placed.map(({ cell, layout, x, y, width: own, height: tall }) => {
        const summary = snapshot?.cells.find((one) => one.cell === cell.index);
        return (
          <g key={cell.index} transform={`translate(${x} ${y})`}>
            <rect
              width={own}
              height={tall}
              rx="8"
              style={{ fill: 'var(--page)', stroke: 'var(--line)' }}
            />
            <text
              x={frame.side}
              y="18"
              fontSize="12.5"
              fontWeight="600"
              style={{ fill: 'var(--text)' }}
            >
              {cellName(cell.index)}
              {cell.reduction ? ', reduction' : ''}
            </text>
            <text x={frame.side} y="32" fontSize="10.5" style={{ fill: 'var(--muted)' }}>
              {cell.channels} channels, {cell.size}×{cell.size}
              {summary && `, ${integer(summary.parameters.active)} parameters`}
            </text>
            <g
              transform={`translate(${frame.side + (own - 2 * frame.side - layout.width) / 2} ${frame.top})`}
            >
              <CellDrawing layout={layout} inputs={cell.inputs} />
            </g>
          </g>
        );
      })}
    </svg>
  );
}

interface EndsProps {
  first: PlacedCell<unknown>;
  last: PlacedCell<unknown>;
  size: number;
  stem: number;
  classes: number | null;
}

const endBox = { width: 74, height: 40, gap: 22 };

/** What comes before the first cell and after the last. */
function Ends({ first, last, size, stem, classes }: EndsProps) {
  const { width, gap } = endBox;
  const start = first.y + first.height / 2;
  const end = last.y + last.height / 2;
  const after = last.x + last.width + gap;
  return (
    <>
      <EndBox x={0} y={start} lines={['input', `${size}\u00d7${size}`]} />
      <EndBox x={width + gap} y={start} lines={['stem', `${stem} channels`]} />
      <EndArrow from={width} to={width + gap} y={start} />
      <EndArrow from={2 * width + gap} to={first.x} y={start} />
      <EndArrow from={last.x + last.width} to={after} y={end} />
      <EndBox x={after} y={end} lines={['global', 'avg. pooling']} />
      <EndArrow from={after + width} to={after + width + gap} y={end} />
      <EndBox
        x={after + width + gap}
        y={end}
        lines={['classifier', classes === null ? 'linear' : `${classes} classes`]}
      />
    </>
  );
}

function EndBox({ x, y, lines }: { x: number; y: number; lines: readonly [string, string] }) {
  const { width, height } = endBox;
  return (
    <g>
      <rect
        x={x}
        y={y - height / 2}
        width={width}
        height={height}
        rx="6"
        style={{ fill: 'var(--panel)', stroke: 'var(--ink)' }}
      />
      <text
        x={x + width / 2}
        y={y - 2}
        textAnchor="middle"
        fontSize="12"
        fontWeight="600"
        style={{ fill: 'var(--text)' }}
      >
        {lines[0]}
      </text>
      <text
        x={x + width / 2}
        y={y + 12}
        textAnchor="middle"
        fontSize="10.5"
        style={{ fill: 'var(--muted)' }}
      >
        {lines[1]}
      </text>
    </g>
  );
}

function EndArrow({ from, to, y }: { from: number; to: number; y: number }) {
  return (
    <path
      d={`M${from} ${y}L${to - 3} ${y}`}
      style={{ stroke: 'var(--muted)' }}
      strokeWidth="1.5"
      markerEnd="url(#arrow)"
    />
  );
}
