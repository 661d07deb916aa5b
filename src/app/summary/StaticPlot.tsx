/** A line chart for paper: drawn once, at once, three pixels to one. */
import { useLayoutEffect, useRef } from 'react';
import { font } from '../charts/canvas.ts';
import { palette } from '../charts/palette.ts';
import { drawPlot } from '../charts/draw-plot.ts';
import { frameOf } from '../charts/plot.ts';
import type { PlotData } from '../charts/plot.ts';
import { integer } from '../format.ts';

const size = { width: 340, height: 170 };
const density = 3;

interface StaticPlotProps {
  title: string;
  data: PlotData;
  formatY: (y: number) => string;
}

export function StaticPlot({ title, data, formatY }: StaticPlotProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!context) return;
    context.setTransform(density, 0, 0, density, 0, 0);
    const style = { palette: palette(), font, formatX: integer, formatY };
    drawPlot(context, frameOf(size.width, size.height), data, style, null);
  }, [data, formatY]);
  return (
    <figure>
      <figcaption>{title}</figcaption>
      <canvas
        ref={canvas}
        role="img"
        aria-label={title}
        width={density * size.width}
        height={density * size.height}
      />
    </figure>
  );
}
