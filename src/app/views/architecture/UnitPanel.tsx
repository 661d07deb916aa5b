/** The selected operation: its importance, its filters, its weights, and its history. */
import { factsOf } from '../../../domain/operations/facts.ts';
import { operationTable } from '../../../domain/operations/registry.ts';
import { useMemo } from 'react';
import { Glyph } from '../../components/icons.tsx';
import { Panel } from '../../components/Panel.tsx';
import { UnitActions } from '../../components/UnitActions.tsx';
import { cellName, wordsOf } from '../../store/state-name.ts';
import type { Candidate } from '../../store/cell-units.ts';
import { useShown } from '../../store/store.ts';
import { useFilterGroups, useWeights } from '../units/shown-units.ts';
import {
  candidateTitle,
  FilterDetail,
  OperationDetail,
  WeightDetail,
} from '../units/UnitDetail.tsx';
import { unitRows } from '../units/unit-rows.ts';
import { MaskMap } from './MaskMap.tsx';
import { masksOf } from './masks.ts';

export function UnitPanel({ cell, candidate }: { cell: number; candidate: Candidate | undefined }) {
  if (!candidate) {
    return (
      <Panel title="Selected operation" className="area-unit">
        <p className="empty">
          Choose an operation in the graph to see its filters, its weights and its history.
        </p>
      </Panel>
    );
  }
  return <ShownUnit cell={cell} candidate={candidate} />;
}

function ShownUnit({ cell, candidate }: { cell: number; candidate: Candidate }) {
  const { unit } = candidate;
  const groups = useFilterGroups(cell);
  const weights = useWeights(cell);
  return (
    <Panel
      title={candidateTitle(candidate)}
      note={cellName(cell)}
      className="area-unit"
      csv={() =>
        unitRows(
          candidate,
          groups.filter((group) => group.unit === unit),
          weights.find((one) => one.unit === unit),
        )
      }
    >
      <div className="unit-panel" tabIndex={0} role="region" aria-label="Selected operation">
        <UnitActions cell={cell} candidate={candidate} />
        <OperationDetail cell={cell} candidate={candidate} />
        <Convolution cell={cell} candidate={candidate} />
      </div>
    </Panel>
  );
}

function Convolution({ cell, candidate }: { cell: number; candidate: Candidate }) {
  const { unit } = candidate;
  const groups = useFilterGroups(cell);
  const own = useMemo(() => groups.filter((group) => group.unit === unit), [groups, unit]);
  const architecture = useShown(({ run }) => run.architecture);
  const masks = useMemo(
    () => (architecture ? masksOf(architecture, cell, candidate) : null),
    [architecture, cell, candidate],
  );
  if (own.length === 0) {
    return (
      <p className="note">
        {factsOf(operationTable[candidate.operation]).convolves
          ? 'Its filters and weights are shown once the search has started.'
          : 'Not a convolution: it has neither filters nor weights to prune.'}
      </p>
    );
  }
  return (
    <>
      <h3>
        <Glyph of="filter" /> Filters
      </h3>
      <FilterDetail
        cell={cell}
        groups={own}
        titles={own.map(({ part }) => wordsOf().filters(unit, part))}
      />
      <h3>
        <Glyph of="weight" /> Weights
      </h3>
      <WeightDetail cell={cell} unit={unit} />
      {masks?.map((grid) => (
        <MaskMap key={grid.title} grid={grid} />
      ))}
    </>
  );
}
