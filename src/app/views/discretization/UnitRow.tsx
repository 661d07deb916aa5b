/** One row: importances as marks on a line from 0 to 1 (weights: by magnitude), the threshold across it. */
import { memo } from 'react';
import type { Granularity } from '../../../domain/granularities.ts';
import { along, side, strokes } from '../../charts/Frame.tsx';
import type { Row } from './rows.ts';

interface UnitRowProps {
  id: string;
  row: Row;
  level: Granularity;
  /** End of the axis of magnitudes. */
  span: number;
  selected: boolean;
  choose: () => void;
}

export const UnitRow = memo(function UnitRow({
  id,
  row,
  level,
  span,
  selected,
  choose,
}: UnitRowProps) {
  return (
    <div
      id={id}
      className="unit-row"
      role="option"
      aria-selected={selected}
      aria-label={row.spoken}
      data-alive={row.alive}
      data-regrown={row.regrown}
      onClick={choose}
    >
      <span className="unit-label">{row.label}</span>
      <svg viewBox={`0 0 ${side} 20`} preserveAspectRatio="none" aria-hidden="true">
        <path className="rules" d={strokes([0, side / 2, side], 0, 20)} />
        {level === 'operation' && <OperationMarks row={row} />}
        {level === 'filter' && <FilterMarks row={row} />}
        {level === 'weight' && <WeightMarks row={row} span={span} />}
      </svg>
      <span className="unit-figure">{row.figure}</span>
    </div>
  );
}, sameRow);

/** Handlers are new at every render; rows only with new data. */
function sameRow(before: UnitRowProps, after: UnitRowProps): boolean {
  return (
    before.row === after.row &&
    before.selected === after.selected &&
    before.level === after.level &&
    before.span === after.span
  );
}

function OperationMarks({ row: { candidate } }: { row: Row }) {
  if (!candidate) return null;
  const { importance, threshold } = candidate;
  return (
    <>
      <path className="under" d={`M0 10H${along(threshold).toFixed(1)}`} />
      <path className="threshold" d={strokes([along(threshold)], 2, 18)} />
      <path className="mark" d={strokes([along(importance)], 10, 10)} />
    </>
  );
}

function FilterMarks({ row: { groups, alive: whole } }: { row: Row }) {
  const height = 20 / Math.max(1, groups.length);
  return groups.map(({ part, filters, threshold }, i) => {
    const top = i * height + 2;
    const bottom = (i + 1) * height - 2;
    const of = (wanted: boolean): number[] =>
      filters
        .filter(({ alive, importance }) => (alive && whole) === wanted && importance > 0)
        .map(({ importance }) => along(importance));
    return (
      <g key={part}>
        <path className="rug gone" d={strokes(of(false), top, bottom)} />
        <path className="rug" d={strokes(of(true), top, bottom)} />
        {!Number.isNaN(threshold) && (
          <path
            className="threshold"
            d={strokes([along(threshold)], i * height, (i + 1) * height)}
          />
        )}
      </g>
    );
  });
}

function WeightMarks({ row: { weights }, span }: { row: Row; span: number }) {
  if (!weights || span === 0) return null;
  const { alive, masked, width, threshold } = weights;
  const most = Math.max(1, ...alive.map((count, bin) => count + masked[bin]!));
  const x = (bin: number): string => ((side * bin * width) / span).toFixed(1);
  const area = (count: (bin: number) => number): string =>
    `M0 20${alive.map((_, bin) => `L${x(bin)} ${(20 - (18 * count(bin)) / most).toFixed(1)}H${x(bin + 1)}`).join('')}V20Z`;
  return (
    <>
      <path className="histogram gone" d={area((bin) => alive[bin]! + masked[bin]!)} />
      <path className="histogram" d={area((bin) => alive[bin]!)} />
      {threshold > 0 && (
        <path
          className="threshold"
          d={strokes([Math.min(side, (side * threshold) / span)], 0, 20)}
        />
      )}
    </>
  );
}
