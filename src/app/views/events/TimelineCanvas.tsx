/** What happened to which cell, when. */
import { useMemo, useState } from 'react';
import type { KeyboardEvent, PointerEvent } from 'react';
import { copy } from '../../copy.ts';
import { font, pointOf, useCanvas } from '../../charts/canvas.ts';
import { memoLast } from '../../charts/memo.ts';
import { palette } from '../../charts/palette.ts';
import { granularityNames, integer, plural } from '../../format.ts';
import { cellTitle, useSpace, wordsOf } from '../../store/state-name.ts';
import type { SpaceSettings } from '../../../domain/settings/schema.ts';
import type { LogEntry } from '../../store/log.ts';
import type { StageState } from '../../store/run-state.ts';
import { shownSettings, shownState } from '../../store/store.ts';
import type { LabState } from '../../store/store.ts';
import { stageBands } from '../curves.ts';
import { askWhy } from '../../why/asked.ts';
import { matches } from './filter.ts';
import type { EventFilter } from './filter.ts';
import { collectMarks, drawTimeline, markAt, markBeside } from './timeline.ts';
import type { Mark, Timeline } from './timeline.ts';
import { cellCount } from '../../../domain/spaces/registry.ts';

function selector(filter: EventFilter): (state: LabState) => Timeline {
  const collect = memoLast(
    (
      entries: readonly LogEntry[],
      stages: readonly StageState[],
      step: number,
      space: SpaceSettings,
    ): Timeline => {
      const wanted = entries.filter((entry) => matches(filter, entry));
      return {
        ...collectMarks(wanted),
        bands: stageBands(stages, step),
        space,
        cells: cellCount(space),
        xMax: Math.max(20, step),
      };
    },
  );
  return (state) =>
    collect(state.run.log.entries, state.run.stages, state.run.step, shownSettings(state).space);
}

export function TimelineCanvas({ filter }: { filter: EventFilter }) {
  const space = useSpace();
  const [hovered, setHovered] = useState<Mark | null>(null);
  const select = useMemo(() => selector(filter), [filter]);
  const painting = useMemo(
    () => ({
      select,
      paint: (context: CanvasRenderingContext2D, width: number, height: number, data: Timeline) =>
        drawTimeline(context, width, height, data, palette(), font, hovered),
    }),
    [select, hovered],
  );
  const canvas = useCanvas(painting);
  const follow = (event: PointerEvent<HTMLCanvasElement>): void => {
    const { x, y, width, height } = pointOf(event);
    setHovered(markAt(select(shownState()), width, height, x, y));
  };
  const ask = (): void => {
    if (!hovered) return;
    const { step, cell, granularity: level } = hovered;
    askWhy({ kind: 'commit', step, cell, level });
  };
  const move = (event: KeyboardEvent): void => {
    if (event.key === 'Enter') {
      // The key would press the first button of the dialog that it opens.
      event.preventDefault();
      return ask();
    }
    const next = markBeside(select(shownState()), hovered, event.key);
    if (!next) return;
    event.preventDefault();
    setHovered(next);
  };
  return (
    <div className="plot timeline">
      <canvas
        ref={canvas}
        role="img"
        tabIndex={0}
        aria-label={`Timeline of pruned and regrown units by ${wordsOf(space).part} and step. Arrow keys move through the marks, Enter explains one; the list has every entry.`}
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
            step {integer(hovered.step)} · {cellTitle(hovered.cell, space)}
          </p>
          <strong>
            {plural(hovered.count, granularityNames[hovered.granularity].one)} {hovered.kind}
          </strong>
          <p>{copy.clickForWhy}</p>
        </div>
      )}
    </div>
  );
}
