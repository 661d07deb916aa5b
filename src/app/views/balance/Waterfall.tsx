/** Parameter reduction by granularity: the full super-net, what each level took, what is left. */
import { memo, startTransition, useEffect, useRef, useState, useSyncExternalStore } from 'react';
import { Bar, BarChart, Cell, LabelList, ReferenceLine, XAxis, YAxis } from 'recharts';
import { onPaletteChange, textScale } from '../../charts/palette.ts';
import { compact, granularityNames, integer, percent } from '../../format.ts';
import type { ParameterLosses } from '../../store/losses.ts';

interface Step {
  name: string;
  /** From where to where on the axis. */
  range: [number, number];
  size: number;
  color: string;
  label: string;
}

/** recharts breaks labels at spaces. */
const oneLine = (size: number): string => compact(size).replace(' ', '\u00a0');

export function waterfallSteps({
  superNet,
  afterOperations,
  afterFilters,
  left,
}: ParameterLosses): Step[] {
  const loss = (level: 'operation' | 'filter' | 'weight', from: number, to: number): Step => ({
    name: granularityNames[level].many,
    range: [to, from],
    size: from - to,
    color: `var(--${level})`,
    label: from > to ? `\u2212${oneLine(from - to)}` : '0',
  });
  return [
    {
      name: 'Super-net',
      range: [0, superNet],
      size: superNet,
      color: 'var(--faint)',
      label: oneLine(superNet),
    },
    loss('operation', superNet, afterOperations),
    loss('filter', afterOperations, afterFilters),
    loss('weight', afterFilters, left),
    { name: 'Remaining', range: [0, left], size: left, color: 'var(--text)', label: oneLine(left) },
  ];
}

interface Tick {
  x: number | string;
  y: number | string;
  payload: { value: string | number };
}

// Own ticks, and all of them: recharts would measure each one's text, which takes a layout of the page each time.
const StepTick = ({ x, y, payload }: Tick) => (
  <text x={x} y={Number(y) + 8} textAnchor="middle" fill="var(--muted)" fontSize={11}>
    {payload.value}
  </text>
);
const SizeTick = ({ x, y, payload }: Tick) => (
  <text x={x} y={Number(y) + 4} textAnchor="end" fill="var(--muted)" fontSize={11}>
    {compact(Number(payload.value))}
  </text>
);

const allParts = 2;

/** A chart of recharts costs a frame or two: drawn anew only for other numbers. */
export const Waterfall = memo(function Waterfall({
  losses,
  target,
}: {
  losses: ParameterLosses;
  target: number | null;
}) {
  const steps = waterfallSteps(losses);
  const scale = useSyncExternalStore(onPaletteChange, textScale);
  const box = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState<{ width: number; height: number } | null>(null);
  // Axes, then bars, then labels: recharts passes its parts to each other while it is put on the page, which can't be cut short.
  const [parts, setParts] = useState(0);
  useEffect(() => {
    // In slices of time; recharts' own container would draw all at once.
    const observer = new ResizeObserver(([entry]) => {
      if (!entry) return;
      const { width, height } = entry.contentRect;
      startTransition(() => setSize({ width, height }));
    });
    observer.observe(box.current!);
    return () => observer.disconnect();
  }, []);
  useEffect(() => {
    if (!size || parts === allParts) return;
    const timer = setTimeout(() => startTransition(() => setParts(parts + 1)), 0);
    return () => clearTimeout(timer);
  }, [size, parts]);
  return (
    <div
      ref={box}
      className="waterfall"
      role="img"
      aria-label={`${summary(losses)} The table has the numbers.`}
    >
      {size && (
        <BarChart
          width={size.width / scale}
          height={size.height / scale}
          style={{ zoom: scale }}
          data={steps}
          margin={{ top: 18, right: target === null ? 8 : 42, bottom: 0, left: 0 }}
          barCategoryGap="22%"
          accessibilityLayer={false}
        >
          <XAxis
            dataKey="name"
            tickLine={false}
            axisLine={{ stroke: 'var(--faint)' }}
            tick={StepTick}
            interval={0}
          />
          <YAxis
            width={54}
            interval={0}
            tickLine={false}
            axisLine={false}
            tick={SizeTick}
            tickCount={5}
          />
          {parts > 1 && target !== null && (
            <ReferenceLine
              y={target}
              stroke="var(--danger)"
              strokeDasharray="1 3"
              label={{ value: 'target', position: 'right', fill: 'var(--muted)', fontSize: 11 }}
            />
          )}
          {parts > 0 && (
            <Bar dataKey="range" isAnimationActive={false} radius={2} minPointSize={1}>
              {steps.map(({ name, color }) => (
                <Cell key={name} fill={color} />
              ))}
              {parts > 1 && (
                <LabelList
                  dataKey="label"
                  position="top"
                  fill="var(--text)"
                  fontSize={12}
                  fontWeight={600}
                />
              )}
            </Bar>
          )}
        </BarChart>
      )}
    </div>
  );
});

/** In words: which level took most. */
export function summary({
  superNet,
  afterOperations,
  afterFilters,
  left,
}: ParameterLosses): string {
  const most = [
    { name: 'filters', size: afterOperations - afterFilters },
    { name: 'weights', size: afterFilters - left },
  ].reduce((largest, one) => (one.size > largest.size ? one : largest), {
    name: 'operations',
    size: superNet - afterOperations,
  });
  if (superNet === left)
    return `Nothing is pruned yet: all ${integer(superNet)} parameters remain.`;
  return `Pruned ${most.name} removed most, ${percent(most.size / superNet)}; ${percent(left / superNet)} remain.`;
}

export function WaterfallTable({ losses }: { losses: ParameterLosses }) {
  return (
    <div className="table-scroll">
      <table>
        <thead>
          <tr>
            <th scope="col">Part</th>
            <th scope="col">Parameters</th>
            <th scope="col">Share</th>
          </tr>
        </thead>
        <tbody>
          {waterfallSteps(losses).map(({ name, size }, i) => (
            <tr key={name}>
              <th scope="row">{i > 0 && i < 4 ? `Pruned with ${name.toLowerCase()}` : name}</th>
              <td>{integer(size)}</td>
              <td>{percent(size / losses.superNet)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
