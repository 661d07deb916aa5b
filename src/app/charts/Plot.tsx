/** A live line chart on a canvas, with a crosshair to read it by, and a table for those who cannot see it. */
import { use, useMemo, useState } from 'react';
import type { KeyboardEvent, PointerEvent } from 'react';
import { integer } from '../format.ts';
import { RunSide } from '../store/store.ts';
import type { LabState } from '../store/store.ts';
import { font, pointOf, useCanvas } from './canvas.ts';
import { palette } from './palette.ts';
import { drawPlot } from './draw-plot.ts';
import { frameOf, pointAt, scaleX } from './plot.ts';
import type { PlotData } from './plot.ts';

export interface PlotProps {
  /** What it shows, for those who do not see it. */
  label: string;
  /** Must return the same object while nothing it draws has changed. */
  select: (state: LabState) => PlotData;
  formatY: (y: number) => string;
  formatTick?: (y: number) => string;
  /** Unit of the x axis. */
  xUnit?: string;
}

export function Plot({ label, select, formatY, formatTick = formatY, xUnit = 'step' }: PlotProps) {
  const [hover, setHover] = useState<number | null>(null);
  const side = use(RunSide);
  const painting = useMemo(
    () => ({
      select,
      paint: (context: CanvasRenderingContext2D, width: number, height: number, data: PlotData) =>
        drawPlot(
          context,
          frameOf(width, height),
          data,
          { palette: palette(), font, formatX: integer, formatY: formatTick },
          hover,
        ),
    }),
    [select, formatTick, hover],
  );
  const canvas = useCanvas(painting);

  const follow = (event: PointerEvent<HTMLCanvasElement>): void => {
    const { x, width, height } = pointOf(event);
    const frame = frameOf(width, height);
    const data = select(side());
    const [start, end] = [scaleX(frame, data)(0), scaleX(frame, data)(data.xMax)];
    const share = (x - start) / Math.max(1, end - start);
    setHover(Math.min(1, Math.max(0, share)) * data.xMax);
  };
  const move = (event: KeyboardEvent<HTMLCanvasElement>): void => {
    const direction = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (event.key === 'Escape') setHover(null);
    if (!direction) return;
    event.preventDefault();
    const { xMax } = select(side());
    setHover((x) =>
      Math.min(xMax, Math.max(0, (x ?? (direction > 0 ? 0 : xMax)) + (direction * xMax) / 50)),
    );
  };

  return (
    <div className="plot">
      <canvas
        ref={canvas}
        tabIndex={0}
        role="img"
        aria-label={`${label}. Arrow keys read values; a table is beside the title.`}
        onPointerMove={follow}
        onPointerDown={follow}
        onPointerLeave={() => setHover(null)}
        onBlur={() => setHover(null)}
        onKeyDown={move}
      />
      {hover !== null && (
        <Readout data={select(side())} x={hover} formatY={formatY} xUnit={xUnit} />
      )}
    </div>
  );
}

function Readout({
  data,
  x,
  formatY,
  xUnit,
}: {
  data: PlotData;
  x: number;
  formatY: (y: number) => string;
  xUnit: string;
}) {
  const rows = data.lines.flatMap((line) => {
    const point = pointAt(line, x);
    return point ? [{ line, point }] : [];
  });
  const [first] = rows;
  if (!first) return null;
  const band = data.bands.find(({ from, to }) => x >= from && x <= to);
  return (
    <div
      className={`readout ${x > data.xMax / 2 ? 'readout-left' : 'readout-right'}`}
      role="status"
    >
      <p>
        {xUnit} {integer(first.point.x)}
        {band?.label && <span> · {band.label}</span>}
      </p>
      <dl>
        {rows.map(({ line, point }) => (
          <div key={line.label}>
            <dt>
              <i
                className="swatch"
                style={{ background: `var(--${line.color})`, opacity: line.light ? 0.5 : 1 }}
              />
              {line.label}
            </dt>
            <dd>{point.text ?? formatY(point.y)}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
