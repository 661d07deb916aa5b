/** A colour and a shape for each method: none is told by hue alone. */
import type { MethodName } from '../../../engine/baselines/results.ts';

export const methodMarks: Readonly<
  Record<
    MethodName,
    { color: string; shape: 'circle' | 'square' | 'triangle' | 'diamond'; hollow?: boolean }
  >
> = {
  mgas: { color: 'regrown', shape: 'circle' },
  'one-stage': { color: 'regrown', shape: 'square', hollow: true },
  'no-reevaluation': { color: 'regrown', shape: 'triangle', hollow: true },
  'operation-only': { color: 'operation', shape: 'diamond' },
  'filter-only': { color: 'filter', shape: 'square' },
  'weight-only': { color: 'weight', shape: 'triangle' },
  'fixed-ratio': { color: 'operation', shape: 'circle', hollow: true },
  random: { color: 'muted', shape: 'diamond', hollow: true },
};

export function MethodMark({ method, x, y }: { method: MethodName; x: number; y: number }) {
  const { color, shape, hollow } = methodMarks[method];
  const paint = {
    fill: hollow ? 'var(--panel)' : `var(--${color})`,
    stroke: `var(--${color})`,
    strokeWidth: 1.5,
  };
  if (shape === 'circle') return <circle cx={x} cy={y} r={4.5} {...paint} />;
  const points = {
    square: '-4,-4 4,-4 4,4 -4,4',
    triangle: '0,-5 5,4 -5,4',
    diamond: '0,-5.5 5.5,0 0,5.5 -5.5,0',
  }[shape];
  return <polygon points={points} transform={`translate(${x} ${y})`} {...paint} />;
}
