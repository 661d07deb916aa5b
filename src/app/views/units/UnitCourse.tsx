/** A unit's importance and its threshold over the run: where the lines cross, it goes. */
import { useMemo } from 'react';
import type { Granularity } from '../../../domain/granularities.ts';
import { memoLast } from '../../charts/memo.ts';
import type { PlotData, PlotLine } from '../../charts/plot.ts';
import { roundUp } from '../../charts/ticks.ts';
import { PlotPanel } from '../../components/Panel.tsx';
import { decimal } from '../../format.ts';
import { wordsOf } from '../../store/state-name.ts';
import { filterCourse, operationCourse, weightCourse } from '../../store/cell-units.ts';
import type { Course } from '../../store/cell-units.ts';
import type { StageState, UnitDetail } from '../../store/run-state.ts';
import type { LabState } from '../../store/store.ts';
import { stageBands } from '../curves.ts';
import type { Selection } from '../selection.ts';

const names: Readonly<Record<Granularity, readonly [string, ...string[]]>> = {
  operation: ['Importance'],
  filter: ['Smallest gate', 'Median gate', 'Largest gate'],
  weight: ['Median |w|'],
};

function courseOf(
  details: readonly UnitDetail[],
  { cell, level, unit, slot }: Selection,
): Course[] {
  if (level === 'filter') return filterCourse(details, cell, unit, unit === null ? slot : 0);
  if (unit === null) return [];
  return level === 'operation'
    ? operationCourse(details, cell, unit)
    : weightCourse(details, cell, unit);
}

function selector(selected: Selection): (state: LabState) => PlotData {
  const plot = memoLast(
    (details: readonly UnitDetail[], stages: readonly StageState[], step: number): PlotData => {
      const course = courseOf(details, selected);
      const { level } = selected;
      const importances = names[level].map((label, i): PlotLine => ({
        label,
        color: level,
        style: 'line',
        light: level === 'filter' && i !== 1,
        points: course.map((one) => ({ x: one.step, y: one.importances[i]! })),
      }));
      const most = course.reduce(
        (max, { threshold, importances: all }) => Math.max(max, threshold, ...all),
        0,
      );
      return {
        lines: [
          ...importances,
          {
            label: 'Threshold',
            color: 'text',
            dash: [5, 3],
            style: 'line',
            points: course.map((one) => ({ x: one.step, y: Math.max(0, one.threshold) })),
          },
        ],
        bands: stageBands(stages, step),
        xMax: Math.max(20, step),
        yMin: 0,
        yMax: level === 'weight' ? roundUp(most * 1.1) : 1,
      };
    },
  );
  return ({ run }) => plot(run.details, run.stages, run.step);
}

export function UnitCourse({ selected, title }: { selected: Selection; title: string }) {
  const { cell, level, unit, slot } = selected;
  const select = useMemo(() => selector({ cell, level, unit, slot }), [cell, level, unit, slot]);
  return (
    <PlotPanel
      title="Over the run"
      label={`${title} over the run`}
      className="area-course"
      note={
        level === 'filter' && unit !== null
          ? `${wordsOf().filters(unit, 0).toLowerCase()}, by step`
          : 'by step'
      }
      select={select}
      formatY={decimal}
      legend={[
        {
          label: level === 'filter' ? 'Smallest, median, largest gate' : names[level][0],
          color: level,
          mark: 'line',
        },
        { label: 'Threshold', color: 'text', mark: 'dash' },
      ]}
    />
  );
}
