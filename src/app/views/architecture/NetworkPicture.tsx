/** The whole network as one picture: every cell with what is left of it. */
import { measuredText } from '../../../domain/accuracy.ts';
import { useMemo } from 'react';
import type { Ref } from 'react';
import { cellName, integer, percent, plural } from '../../format.ts';
import { candidatesOf } from '../../store/cell-units.ts';
import { cellShapes } from '../../../domain/spaces/cells.ts';
import { lastSnapshot } from '../../store/run-model.ts';
import { shownSettings, useShown } from '../../store/store.ts';
import { arrangeCells, frame } from './arrange.ts';
import { CellDrawing } from './CellDrawing.tsx';
import { layoutCell } from './layout.ts';

const headHeight = 46;
const margin = 20;

export function NetworkPicture({ ref }: { ref: Ref<SVGSVGElement> }) {
  const details = useShown(({ run }) => run.details);
  const units = useShown(({ run }) => run.units);
  const snapshot = useShown(({ run }) => lastSnapshot(run));
  const settings = useShown(shownSettings);
  const measured = useShown(({ run }) => run.evaluations.at(-1));
  const step = useShown(({ run }) => run.step);
  const arranged = useMemo(() => {
    const shapes = cellShapes(settings.space, settings.data.imageSize);
    const cells = (details.at(-1)?.cells ?? []).map(({ cell }) => ({
      cell: shapes[cell],
      layout: layoutCell(
        candidatesOf(details, units, settings.space, cell).filter(({ alive }) => alive),
        settings.space.nodes,
      ),
    }));
    return arrangeCells(cells, headHeight);
  }, [details, units, settings]);
  const { placed, width, height } = arranged;
  if (placed.length === 0 || !snapshot) return null;
  const input = (cell: number): string => (cell < 0 ? 'stem' : `c${cell + 1}`);
  return (
    <svg
      ref={ref}
      className="network-picture"
      viewBox={`${-margin} ${-margin} ${width + 2 * margin} ${height + 2 * margin}`}
      role="img"
      aria-label={`Network of ${plural(placed.length, 'cell')} with ${plural(snapshot.counts.operation.left, 'operation')}`}
    >
      <text x="0" y="16" fontSize="17" fontWeight="600" style={{ fill: 'var(--text)' }}>
        {integer(snapshot.parameters.active)} parameters,{' '}
        {plural(snapshot.counts.operation.left, 'operation')}
      </text>
      <text x="0" y="35" fontSize="12" style={{ fill: 'var(--muted)' }}>
        {percent(snapshot.counts.operation.left / snapshot.counts.operation.total)} of operations,{' '}
        {percent(snapshot.counts.filter.left / snapshot.counts.filter.total)} of filters,{' '}
        {percent(snapshot.counts.weight.left / snapshot.counts.weight.total)} of weights left at
        step {integer(step)}
        {measured && `; validation accuracy ${measuredText(measured.accuracy, measured.images)}`}
      </text>
      {placed.slice(1).map(({ cell, x, y, height: own }, i) => {
        const before = placed[i];
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
      <marker
        id="arrow"
        viewBox="0 0 8 8"
        refX="6"
        refY="4"
        markerWidth="7"
        markerHeight="7"
        orient="auto"
      >
        <path d="M0 0 8 4 0 8Z" style={{ fill: 'var(--muted)' }} />
      </marker>
      {placed.map(({ cell, layout, x, y, width: own, height: tall }) => {
        const summary = snapshot.cells.find((one) => one.cell === cell.index);
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
              <CellDrawing
                layout={layout}
                inputs={[input(cell.index - 2), input(cell.index - 1)]}
              />
            </g>
          </g>
        );
      })}
    </svg>
  );
}
