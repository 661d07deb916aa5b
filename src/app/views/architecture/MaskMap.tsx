/** Which weights of a discovered operation survived: one square a weight. */
import { integer, percent } from '../../format.ts';
import type { MaskGrid } from './masks.ts';

export function MaskMap({ grid: { title, columns, rows, alive } }: { grid: MaskGrid }) {
  const left = alive.filter(Boolean).length;
  const squares = (wanted: boolean): string =>
    alive
      .map((one, i) =>
        one === wanted ? `M${i % columns} ${Math.floor(i / columns)}h.86v.86h-.86z` : '',
      )
      .join('');
  return (
    <figure className="mask-map">
      <figcaption>
        {title} <span>{percent(left / Math.max(1, alive.length))} left</span>
      </figcaption>
      <svg
        viewBox={`0 0 ${columns} ${rows}`}
        style={{ aspectRatio: `${columns} / ${rows}`, maxWidth: columns * 18 }}
        role="img"
        aria-label={`${title}: ${integer(left)} of ${integer(alive.length)} weights active`}
      >
        <path d={squares(false)} fill="var(--line)" />
        <path d={squares(true)} fill="var(--weight)" />
      </svg>
    </figure>
  );
}
