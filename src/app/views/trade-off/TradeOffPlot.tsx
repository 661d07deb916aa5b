import { copy } from '../../copy.ts';
import { measuredText } from '../../../domain/accuracy.ts';
import { useMemo, useState } from 'react';
import type { KeyboardEvent, PointerEvent } from 'react';
import { font, pointOf, useCanvas } from '../../charts/canvas.ts';
import { palette } from '../../charts/palette.ts';
import { integer } from '../../format.ts';
import { wordsOf } from '../../store/state-name.ts';
import { askWhy } from '../../why/asked.ts';
import type { TradeOffPoint, TradeOffRun } from './points.ts';
import { drawScatter } from './draw-scatter.ts';
import { layScatter, pointAt } from './scatter.ts';
import type { Scatter } from './scatter.ts';

interface TradeOffPlotProps {
  runs: readonly TradeOffRun[];
  target: number;
}

export function TradeOffPlot({ runs, target }: TradeOffPlotProps) {
  const [hovered, setHovered] = useState<{ run: TradeOffRun; point: TradeOffPoint } | null>(null);
  const scatter = useMemo(() => layScatter(runs, target), [runs, target]);
  const painting = useMemo(
    () => ({
      select: () => scatter,
      paint: (context: CanvasRenderingContext2D, width: number, height: number, data: Scatter) =>
        drawScatter(context, width, height, data, palette(), font, hovered?.point ?? null),
    }),
    [scatter, hovered],
  );
  const canvas = useCanvas(painting);
  const follow = (event: PointerEvent<HTMLCanvasElement>): void => {
    const { x, y, width, height } = pointOf(event);
    setHovered(pointAt(scatter, width, height, x, y));
  };
  const ask = (): void => {
    if (hovered?.run.current) askWhy({ kind: 'commit', step: hovered.point.step });
  };
  const move = (event: KeyboardEvent): void => {
    if (event.key === 'Enter') {
      // The key would press the first button of the dialog that it opens.
      event.preventDefault();
      return ask();
    }
    const direction = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const run = runs.find(({ current }) => current);
    if (!direction || !run) return;
    event.preventDefault();
    const at = hovered
      ? run.points.indexOf(hovered.point) + direction
      : direction > 0
        ? 0
        : run.points.length - 1;
    const point = run.points[Math.min(run.points.length - 1, Math.max(0, at))];
    if (point) setHovered({ run, point });
  };
  return (
    <div className="plot">
      <canvas
        ref={canvas}
        tabIndex={0}
        role="img"
        aria-label="Accuracy against active parameters. Arrow keys move through the measurements of the run; Enter explains one; a table is beside the title."
        onPointerMove={follow}
        onPointerDown={follow}
        onPointerLeave={() => setHovered(null)}
        onClick={ask}
        onBlur={() => setHovered(null)}
        onKeyDown={move}
      />
      {hovered && (
        <div className="readout readout-right" role="status">
          <p>
            {hovered.run.name} · step {integer(hovered.point.step)}
          </p>
          <strong>{measuredText(hovered.point.accuracy, hovered.point.images)}</strong> with{' '}
          {integer(hovered.point.parameters)} parameters
          {hovered.run.current && <p>{copy.clickForWhy}</p>}
          {!hovered.point.whole && (
            <p>the network of an earlier stage, without the later {wordsOf().parts}</p>
          )}
        </div>
      )}
    </div>
  );
}
