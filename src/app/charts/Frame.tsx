/** A small chart that stretches with its place: axes as text, marks as SVG in a square of 1000 that is scaled both ways. */
import type { ReactNode } from 'react';

export const side = 1000;

interface Tick {
  /** 0 = left or bottom, 1 = right or top. */
  at: number;
  label: string;
}

interface FrameProps {
  /** What it shows, for those who do not see it. */
  label: string;
  xTicks?: readonly Tick[];
  yTicks?: readonly Tick[];
  /** Name and unit of the x axis. */
  xTitle?: string;
  className?: string;
  /** Marks, in coordinates of `side`; y grows downwards. */
  children: ReactNode;
  /** Text over the marks. */
  overlay?: ReactNode;
}

export function Frame({
  label,
  xTicks = [],
  yTicks = [],
  xTitle,
  className = '',
  children,
  overlay,
}: FrameProps) {
  return (
    <div
      className={`frame ${className}`}
      role="img"
      aria-label={label}
      data-y={yTicks.length > 0}
      data-x={xTicks.length > 0}
    >
      <div className="frame-plot">
        {yTicks.map(({ at }) => (
          <i key={at} className="frame-rule" style={{ bottom: `${100 * at}%` }} />
        ))}
        <svg viewBox={`0 0 ${side} ${side}`} preserveAspectRatio="none" aria-hidden="true">
          {children}
        </svg>
        {overlay}
        {yTicks.map(({ at, label: text }) => (
          <span key={at} className="frame-y" style={{ bottom: `${100 * at}%` }}>
            {text}
          </span>
        ))}
        {xTicks.map(({ at, label: text }) => (
          <span
            key={at}
            className="frame-x"
            data-end={at > 0.95 ? 'right' : at < 0.05 ? 'left' : undefined}
            style={{ left: `${100 * at}%` }}
          >
            {text}
          </span>
        ))}
      </div>
      {xTitle && <p className="frame-title">{xTitle}</p>}
    </div>
  );
}

/** Importances and thresholds run from 0 to 1; a threshold under 0 prunes nothing and is drawn at 0. */
export const along = (importance: number): number => side * Math.min(1, Math.max(0, importance));

export const importanceTicks = [0, 0.25, 0.5, 0.75, 1].map((at) => ({ at, label: String(at) }));

/** Vertical strokes at these places, from `top` to `bottom`. */
export const strokes = (xs: readonly number[], top: number, bottom: number): string =>
  xs.map((x) => `M${x.toFixed(1)} ${top}V${bottom}`).join('');

/** Bars of equal width from the bottom, as one path. */
export function bars(heights: readonly number[], gap = 0.12): string {
  const width = side / heights.length;
  return heights
    .map((height, i) =>
      height > 0
        ? `M${((i + gap / 2) * width).toFixed(1)} ${side}v${(-side * height).toFixed(1)}h${((1 - gap) * width).toFixed(1)}V${side}Z`
        : '',
    )
    .join('');
}
