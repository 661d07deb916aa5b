/** The heart of the method, visible: importances, the learned thresholds that move among them, and what falls left. */
import { useMemo, useState } from 'react';
import { granularities } from '../../../domain/granularities.ts';
import type { Granularity } from '../../../domain/granularities.ts';
import { CellPicker } from '../../components/CellPicker.tsx';
import { Glyph } from '../../components/icons.tsx';
import { WithTerms } from '../../components/Term.tsx';
import { SlowMotionButton } from '../../moment/SlowMotion.tsx';
import { Panel, TableToggle } from '../../components/Panel.tsx';
import { granularityNames, integer, percent } from '../../format.ts';
import { cellName, useSpace, wordsOf } from '../../store/state-name.ts';
import { lastSnapshot } from '../../store/run-model.ts';
import { useShown } from '../../store/store.ts';
import { select, useSelection } from '../selection.ts';
import { useCandidates, useFilterGroups, useShape, useWeights } from '../units/shown-units.ts';
import { UnitCourse } from '../units/UnitCourse.tsx';
import {
  candidateTitle,
  FilterDetail,
  levelNote,
  OperationDetail,
  WeightDetail,
} from '../units/UnitDetail.tsx';
import type { Candidate } from '../../store/cell-units.ts';
import { detailRows } from './detail-rows.ts';
import { largestWeight, rowGroups } from './rows.ts';
import type { Row } from './rows.ts';
import { UnitList } from './UnitList.tsx';
import { unitRows, UnitTable } from './UnitTable.tsx';

export default function Discretization() {
  const { cell: wanted, level, unit, slot } = useSelection();
  const shape = useShape(wanted);
  const { index: cell } = shape;
  const space = useSpace();
  const [asTable, setAsTable] = useState(false);
  const candidates = useCandidates(cell);
  const filterGroups = useFilterGroups(cell);
  const weights = useWeights(cell);
  const groups = useMemo(
    () => rowGroups(level, { candidates, filterGroups, weights }),
    [level, candidates, filterGroups, weights],
  );
  const span = useMemo(() => largestWeight(weights), [weights]);
  const row = groups
    .flatMap((group) => group.rows)
    .find((one) => one.unit === unit && (unit !== null || one.slot === slot));
  const title = `${granularityNames[level].many} of ${cellName(cell)}`;
  return (
    <div className="view discretization">
      <form className="filter-bar" aria-label="Scope" onSubmit={(event) => event.preventDefault()}>
        <CellPicker
          cell={cell}
          choose={(next) => select({ cell: next })}
          name="discretization-cell"
        />
        <Levels level={level} />
        <SlowMotionButton cell={cell} />
        <Summary cell={cell} level={level} />
      </form>
      <Panel
        title={title}
        note={wordsOf(space).describe(shape)}
        className="area-units"
        csv={groups.length > 0 ? () => unitRows(cell, level, groups) : undefined}
        actions={<TableToggle on={asTable} toggle={() => setAsTable(!asTable)} of={title} />}
      >
        {groups.length === 0 ? (
          <Nothing />
        ) : asTable ? (
          <UnitTable level={level} groups={groups} />
        ) : (
          <>
            <UnitList
              label={`${title} against their thresholds`}
              level={level}
              groups={groups}
              span={span}
            />
            <UnitLegend level={level} />
          </>
        )}
      </Panel>
      <Panel
        title={row ? rowTitle(row) : 'Selected'}
        note={cellName(cell)}
        className="area-detail"
        csv={row ? () => detailRows(level, row) : undefined}
        scrolls
      >
        {row ? (
          <Detail cell={cell} level={level} row={row} others={candidates} />
        ) : (
          <p className="empty">
            <WithTerms text={levelNote[level]} /> Choose one to see its importance and threshold.
          </p>
        )}
      </Panel>
      <UnitCourse selected={{ cell, level, unit, slot }} title={row ? rowTitle(row) : title} />
    </div>
  );
}

const rowTitle = ({ candidate, slot }: Row): string =>
  candidate ? candidateTitle(candidate) : wordsOf().filters(null, slot);

function Levels({ level }: { level: Granularity }) {
  return (
    <div className="segments" role="radiogroup" aria-label="Granularity">
      {granularities.map((one) => (
        <label key={one}>
          <input
            type="radio"
            name="level"
            checked={level === one}
            onChange={() => select({ level: one })}
          />
          <span>
            <Glyph of={one} /> {granularityNames[one].many}
          </span>
        </label>
      ))}
    </div>
  );
}

function Summary({ cell, level }: { cell: number; level: Granularity }) {
  const snapshot = useShown(({ run }) => lastSnapshot(run));
  const count = snapshot?.cells.find((one) => one.cell === cell)?.counts[level];
  if (!snapshot || !count) return null;
  return (
    <p className="summary" data-level={level}>
      <strong>{percent(count.left / Math.max(1, count.total))}</strong> remaining:{' '}
      {integer(count.left)} of {integer(count.total)} {granularityNames[level].many.toLowerCase()},{' '}
      {snapshot.committed ? 'committed' : 'as a commit at this step would leave them'}
    </p>
  );
}

function Detail({
  cell,
  level,
  row,
  others,
}: {
  cell: number;
  level: Granularity;
  row: Row;
  others: readonly Candidate[];
}) {
  if (level === 'filter') {
    return (
      <FilterDetail
        cell={cell}
        groups={row.groups}
        titles={row.groups.map(({ unit, part }) => wordsOf().filters(unit, part))}
      />
    );
  }
  if (!row.candidate) return null;
  return level === 'operation' ? (
    <OperationDetail cell={cell} candidate={row.candidate} others={others} />
  ) : (
    <WeightDetail cell={cell} unit={row.candidate.unit} />
  );
}

function UnitLegend({ level }: { level: Granularity }) {
  const axis =
    level === 'operation'
      ? 'importance, sigmoid(\u03b1)'
      : level === 'filter'
        ? `gate, sigmoid(\u03b2); ${wordsOf().filterRows}`
        : 'magnitude |w|';
  return (
    <ul className="legend unit-legend">
      <li>
        <svg width="14" height="10" aria-hidden="true">
          {level === 'operation' ? (
            <circle cx="7" cy="5" r="4" fill="var(--operation)" />
          ) : (
            <rect x="5" width="3" height="10" fill={`var(--${level})`} />
          )}
        </svg>
        active
      </li>
      <li>
        <svg width="14" height="10" aria-hidden="true">
          {level === 'operation' ? (
            <circle cx="7" cy="5" r="3.5" fill="var(--faint)" />
          ) : (
            <rect x="5" width="3" height="10" fill="var(--faint)" />
          )}
        </svg>
        {level === 'weight' ? 'masked' : 'pruned'}
      </li>
      <li>
        <svg width="14" height="12" aria-hidden="true">
          <path d="M7 0V12" stroke="var(--text)" strokeWidth="2" />
        </svg>
        threshold
      </li>
      {level === 'operation' && (
        <li>
          <svg width="14" height="10" aria-hidden="true">
            <circle cx="7" cy="5" r="4" fill="var(--regrown)" />
          </svg>
          regrown
        </li>
      )}
      <li className="axis-name">x: {axis}</li>
    </ul>
  );
}

function Nothing() {
  const begun = useShown(({ run }) => run.details.length > 0);
  return (
    <p className="empty">
      {begun
        ? `The stage of this ${wordsOf().part} has not started: choose an earlier one, or a later step of the run.`
        : 'Every unit appears here against its learned threshold as soon as a search begins. Press Start.'}
    </p>
  );
}
