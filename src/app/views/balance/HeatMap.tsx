import { use, useMemo, useState } from 'react';
import type { KeyboardEvent, PointerEvent } from 'react';
import { copy } from '../../copy.ts';
import { font, pointOf, useCanvas } from '../../charts/canvas.ts';
import { memoLast } from '../../charts/memo.ts';
import { palette } from '../../charts/palette.ts';
import { Glyph } from '../../components/icons.tsx';
import { granularityNames, integer, percent } from '../../format.ts';
import { cellTitle, useSpace, wordsOf } from '../../store/state-name.ts';
import type { Granularity } from '../../../domain/granularities.ts';
import { cellCount } from '../../../domain/spaces/registry.ts';
import type { SpaceSettings } from '../../../domain/settings/schema.ts';
import type { Snapshot } from '../../store/run-state.ts';
import { RunSide, shownSettings, shownState } from '../../store/store.ts';
import type { LabState } from '../../store/store.ts';
import { askWhy } from '../../why/asked.ts';
import { drawHeat, heatAt, heatBeside } from './heat.ts';
import type { Heat } from './heat.ts';

function selector(level: Granularity): (state: LabState) => Heat {
  const collect = memoLast(
    (snapshots: readonly Snapshot[], space: SpaceSettings, xMax: number): Heat => ({
      ...{ level, snapshots, space, xMax },
      cells: cellCount(space),
    }),
  );
  return (state) =>
    collect(state.run.snapshots, shownSettings(state).space, Math.max(20, state.run.step));
}

export function HeatMap({ level }: { level: Granularity }) {
  const side = use(RunSide);
  const words = wordsOf(useSpace());
  const [pointed, setPointed] = useState<ReturnType<typeof heatAt>>(null);
  const select = useMemo(() => selector(level), [level]);
  const painting = useMemo(
    () => ({
      select,
      paint: (context: CanvasRenderingContext2D, width: number, height: number, data: Heat) =>
        drawHeat(context, width, height, data, palette(), font),
    }),
    [select],
  );
  const canvas = useCanvas(painting);
  const follow = (event: PointerEvent<HTMLCanvasElement>): void => {
    const { x, y, width, height } = pointOf(event);
    setPointed(heatAt(select(side()), width, height, x, y));
  };
  // The run beside it has no explanations here: they are of the run on screen.
  const explains = side === shownState;
  const ask = (): void => {
    if (explains && pointed)
      askWhy({ kind: 'commit', step: pointed.snapshot.step, cell: pointed.cell, level });
  };
  const move = (event: KeyboardEvent): void => {
    if (event.key === 'Enter') {
      // The key would press the first button of the dialog that it opens.
      event.preventDefault();
      return ask();
    }
    const next = heatBeside(select(side()), pointed, event.key);
    if (!next) return;
    event.preventDefault();
    setPointed(next);
  };
  const count = pointed?.snapshot.cells.find(({ cell }) => cell === pointed.cell)?.counts[level];
  return (
    <figure className="heat">
      <figcaption style={{ color: `var(--${level})` }}>
        <Glyph of={level} /> <strong>{granularityNames[level].many}</strong>
        <span>
          0% <i style={{ background: `linear-gradient(90deg, transparent, var(--${level}))` }} />{' '}
          100%
        </span>
      </figcaption>
      <div className="plot">
        <canvas
          ref={canvas}
          role="img"
          tabIndex={0}
          aria-label={`${granularityNames[level].many} remaining by ${words.part} and step. Arrow keys move through steps and ${words.parts}${explains ? ', Enter explains' : ''}; the table has the latest values.`}
          onPointerMove={follow}
          onPointerDown={follow}
          onPointerLeave={() => setPointed(null)}
          onClick={ask}
          onBlur={() => setPointed(null)}
          onKeyDown={move}
        />
        {pointed && count && (
          <div className="readout readout-right" role="status">
            <p>
              step {integer(pointed.snapshot.step)} ·{' '}
              {cellTitle(pointed.cell, select(side()).space)}
            </p>
            <strong>{percent(count.left / Math.max(1, count.total))}</strong> {integer(count.left)}{' '}
            of {integer(count.total)}
            {explains && <p>{copy.clickForWhy}</p>}
          </div>
        )}
      </div>
    </figure>
  );
}
