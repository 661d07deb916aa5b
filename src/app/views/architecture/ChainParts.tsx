/** What the picture of a chain is made of. */
import type { PlacedEnd, PlacedGroup, PlacedLayer } from './chain-layout.ts';

export function Group({ layer: { group, channels, size }, x, width, y }: PlacedGroup) {
  const narrow = width < 130;
  return (
    <>
      <path
        d={`M${x + 2} ${y + 9}v-4H${x + width - 2}v4`}
        fill="none"
        style={{ stroke: 'var(--faint)' }}
      />
      <text x={x + 2} y={y} fontSize="11.5" style={{ fill: 'var(--text)' }}>
        <tspan fontWeight="600">group {group + 1}</tspan>
        {narrow ? `, ${channels} ch.` : `, ${channels} channels, ${size}\u00d7${size}`}
      </text>
    </>
  );
}

export function End({ end: { title, note }, x, y, width, height }: PlacedEnd) {
  return (
    <g>
      <rect
        {...{ x, y, width, height }}
        rx="6"
        style={{ fill: 'var(--panel)', stroke: 'var(--ink)' }}
      />
      <text
        x={x + width / 2}
        y={y + height / 2 - 3}
        textAnchor="middle"
        fontSize="11.5"
        fontWeight="600"
        style={{ fill: 'var(--text)' }}
      >
        {title}
      </text>
      <text
        x={x + width / 2}
        y={y + height / 2 + 11}
        textAnchor="middle"
        fontSize="10"
        style={{ fill: 'var(--muted)' }}
      >
        {note}
      </text>
    </g>
  );
}

export function Layer({ layer, gone, x, width, y, blocks, split, sum, arc }: PlacedLayer) {
  const live = blocks.some(({ block }) => block.alive);
  const bottom = Math.max(y + 12, ...blocks.map((one) => one.y + one.height));
  return (
    <g>
      {blocks.map((one) => (
        <Branch key={one.y} {...one} split={split} sum={sum} y0={y} />
      ))}
      {arc !== null && (
        <path
          d={`M${split} ${y}V${arc + 8}Q${split} ${arc} ${split + 8} ${arc}H${sum - 8}Q${sum} ${arc} ${sum} ${arc + 8}V${y - 7}`}
          fill="none"
          style={{ stroke: gone ? 'var(--ink)' : 'var(--muted)' }}
          strokeWidth={gone ? 2.25 : 1.25}
        />
      )}
      <path d={`M${x} ${y}H${split}`} style={{ stroke: 'var(--muted)' }} strokeWidth="1.5" />
      <path
        d={`M${sum + 7} ${y}H${x + width}`}
        style={{ stroke: 'var(--muted)' }}
        strokeWidth="1.5"
      />
      <circle
        cx={sum}
        cy={y}
        r="7"
        style={{ fill: 'var(--panel)', stroke: live || gone ? 'var(--ink)' : 'var(--faint)' }}
      />
      <path d={`M${sum - 4} ${y}h8M${sum} ${y - 4}v8`} style={{ stroke: 'var(--ink)' }} />
      {gone && blocks.length === 0 && (
        <rect
          x={x + 13}
          y={y - 14}
          width={width - 41}
          height="28"
          rx="5"
          fill="none"
          style={{ stroke: 'var(--faint)' }}
          strokeDasharray="4 3"
        />
      )}
      {gone && blocks.length === 0 && (
        <text
          x={x + width / 2 - 8}
          y={y + 4}
          textAnchor="middle"
          fontSize="10.5"
          style={{ fill: 'var(--muted)' }}
        >
          lost
        </text>
      )}
      <text
        x={x + width / 2 - 8}
        y={bottom + 15}
        textAnchor="middle"
        fontSize="11"
        fontWeight="600"
        style={{ fill: gone ? 'var(--muted)' : 'var(--text)' }}
        textDecoration={gone ? 'line-through' : undefined}
      >
        layer {layer.index + 1}
      </text>
      <text
        x={x + width / 2 - 8}
        y={bottom + 28}
        textAnchor="middle"
        fontSize="9.5"
        style={{ fill: 'var(--muted)' }}
      >
        {gone ? 'lost: its input passes' : layer.stride === 2 ? 'stride 2' : ''}
      </text>
    </g>
  );
}

/** Percent of a kernel's colour: more with the expansion. */
export const depthOf = (expansion: number): number => 22 + 9 * (expansion - 2);

interface BranchProps {
  split: number;
  sum: number;
  /** Of the line through the chain. */
  y0: number;
}

/** One block with its lines; a pruned one as a ghost. */
function Branch({
  block: { kernel, expansion, alive, regrown },
  x,
  y,
  width,
  height,
  filled,
  split,
  sum,
  y0,
}: PlacedLayer['blocks'][number] & BranchProps) {
  const middle = y + height / 2;
  const color = `var(--kernel-${kernel})`;
  return (
    <g>
      <path
        d={`M${split} ${y0}C${split} ${middle} ${split} ${middle} ${x} ${middle}M${x + width} ${middle}C${sum} ${middle} ${sum} ${middle} ${sum} ${y0}`}
        fill="none"
        style={{ stroke: alive ? 'var(--muted)' : 'var(--line)' }}
        strokeWidth={alive ? 1.25 : 1}
        strokeDasharray={alive ? undefined : '3 3'}
      />
      <rect
        {...{ x, y, width, height }}
        rx="4"
        style={{ fill: 'var(--panel)', stroke: alive ? color : 'var(--faint)' }}
        strokeDasharray={alive ? undefined : '3 3'}
      />
      {alive && (
        <rect
          x={x + 0.5}
          y={y + 0.5}
          width={Math.max(1, filled - 1)}
          height={height - 1}
          rx={Math.min(3.5, filled / 2)}
          style={{ fill: `color-mix(in srgb, ${color} ${depthOf(expansion)}%, var(--panel))` }}
        />
      )}
      <text
        x={x + width / 2}
        y={middle + 4}
        textAnchor="middle"
        fontSize="10.5"
        fontWeight={alive ? 600 : 400}
        textDecoration={alive ? undefined : 'line-through'}
        style={{ fill: alive ? 'var(--text)' : 'var(--muted)' }}
      >
        {kernel}×{kernel} e{expansion}
      </text>
      {regrown && (
        <circle
          cx={x + width - 7}
          cy={y + 7}
          r="3"
          fill="none"
          strokeWidth="1.5"
          style={{ stroke: 'var(--regrown)' }}
        />
      )}
    </g>
  );
}
