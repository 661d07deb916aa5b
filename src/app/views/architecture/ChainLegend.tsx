/** What colours and heights say in the picture of a chain. */
import { mobileSettings } from '../../../domain/spaces/settings.ts';
import { useSpace } from '../../store/state-name.ts';
import { depthOf } from './ChainParts.tsx';

export function ChainLegend() {
  const { candidates } = mobileSettings(useSpace());
  const expansions = [...new Set(candidates.map(({ expansion }) => expansion))].sort(
    (a, b) => a - b,
  );
  const kernels = [...new Set(candidates.map(({ kernel }) => kernel))].sort((a, b) => a - b);
  return (
    <ul className="legend unit-legend">
      {kernels.map((kernel) => (
        <li key={kernel}>
          <svg width={13 * expansions.length} height="12" aria-hidden="true">
            {expansions.map((expansion, i) => (
              <rect
                key={expansion}
                x={i * 13 + 0.5}
                y="1"
                width="12"
                height="10"
                style={{
                  fill: `color-mix(in srgb, var(--kernel-${kernel}) ${depthOf(expansion)}%, var(--panel))`,
                  stroke: `var(--kernel-${kernel})`,
                }}
              />
            ))}
          </svg>
          {kernel}×{kernel}, darker with the expansion
        </li>
      ))}
      <li>
        <svg width="14" height="14" aria-hidden="true">
          <rect x=".5" y=".5" width="13" height="13" fill="none" stroke="var(--faint)" />
          <rect x=".5" y=".5" width="7" height="13" fill="var(--faint)" />
        </svg>
        height: channels; filled: share of filters remaining
      </li>
      <li>
        <svg width="20" height="10" aria-hidden="true">
          <rect
            x=".5"
            y=".5"
            width="18"
            height="9"
            fill="none"
            stroke="var(--faint)"
            strokeDasharray="3 3"
          />
        </svg>
        pruned
      </li>
      <li>
        <svg width="14" height="10" aria-hidden="true">
          <circle cx="7" cy="5" r="3" fill="none" stroke="var(--regrown)" strokeWidth="1.5" />
        </svg>
        regrown
      </li>
      <li className="axis-name">arc: shortcut</li>
    </ul>
  );
}
