/** One candidate operation or preprocess, at one level: where it stands against its threshold, and why. */
import { Fragment, useState } from 'react';
import { copy } from '../../copy.ts';
import type { Granularity } from '../../../domain/granularities.ts';
import { along, Frame, importanceTicks, strokes } from '../../charts/Frame.tsx';
import { TableToggle } from '../../components/Panel.tsx';
import { decimal, integer } from '../../format.ts';
import { operationTable } from '../../../domain/operations/registry.ts';
import { joined, placeName, wordsOf } from '../../store/state-name.ts';
import { lastWeights } from '../../store/cell-units.ts';
import type { Candidate, FilterGroup } from '../../store/cell-units.ts';
import { useShown } from '../../store/store.ts';
import { WhyUnit } from '../../why/WhyText.tsx';
import { FilterBars, FilterTable } from './FilterBars.tsx';
import { UnitHistory } from './UnitHistory.tsx';
import { weightSentence, WeightHistogram, WeightTable } from './WeightHistogram.tsx';

export const candidateTitle = (candidate: Candidate): string =>
  joined(operationTable[candidate.operation].label, placeName(candidate));

/** @param others all candidates of the cell, to see this one among them. */
export function OperationDetail({
  cell,
  candidate,
  others,
}: {
  cell: number;
  candidate: Candidate;
  others?: readonly Candidate[];
}) {
  const { importance, threshold, alive } = candidate;
  return (
    <>
      <p className="lead">{operationSentence(candidate)}</p>
      <WhyUnit subject={{ kind: 'operation', cell, unit: candidate.unit }} />
      <Frame
        className="strip"
        label={`Importance ${decimal(importance)}, threshold ${decimal(threshold)}`}
        xTicks={importanceTicks}
        xTitle="importance, sigmoid(α)"
        overlay={
          <>
            <i className="pruned-side" style={{ width: `${along(threshold) / 10}%` }} />
            <i className="threshold-line vertical" style={{ left: `${along(threshold) / 10}%` }}>
              <span data-end={threshold > 0.7}>threshold {decimal(threshold)}</span>
            </i>
          </>
        }
      >
        <path
          d={strokes([along(importance)], 700, 700)}
          stroke={alive ? 'var(--operation)' : 'var(--muted)'}
          strokeWidth="12"
          strokeLinecap="round"
          vectorEffect="non-scaling-stroke"
        />
      </Frame>
      <UnitHistory candidate={candidate} />
      {others && <Margins candidate={candidate} others={others} />}
    </>
  );
}

const margin = ({ importance, threshold }: Candidate): number =>
  importance - Math.max(0, threshold);
const marginTicks = [-1, -0.5, 0, 0.5, 1].map((value) => ({
  at: (value + 1) / 2,
  label: value > 0 ? `+${value}` : String(value).replace('-', '\u2212'),
}));

/** Every operation of the cell by how far it lies over or under its own threshold. */
function Margins({ candidate, others }: { candidate: Candidate; others: readonly Candidate[] }) {
  const marks = (wanted: boolean): string =>
    strokes(
      others.filter(({ alive }) => alive === wanted).map((one) => along((margin(one) + 1) / 2)),
      250,
      1000,
    );
  return (
    <figure className="margins">
      <figcaption className="note">
        all {others.length} operations of the {wordsOf().part}, by distance from their own
        thresholds
      </figcaption>
      <Frame
        className="strip"
        label={`Distances from their thresholds of ${others.length} operations`}
        xTicks={marginTicks}
        xTitle="importance − threshold"
        overlay={<i className="pruned-side" style={{ width: '50%' }} />}
      >
        <path
          d={marks(false)}
          stroke="var(--muted)"
          strokeOpacity="0.6"
          strokeWidth="1.5"
          vectorEffect="non-scaling-stroke"
        />
        <path
          d={marks(true)}
          stroke="var(--operation)"
          strokeWidth="2"
          vectorEffect="non-scaling-stroke"
        />
        <path
          d={strokes([along((margin(candidate) + 1) / 2)], 0, 1000)}
          stroke="var(--text)"
          strokeWidth="3"
          vectorEffect="non-scaling-stroke"
        />
        <path
          d={strokes([500], 0, 1000)}
          stroke="var(--text)"
          strokeWidth="1"
          vectorEffect="non-scaling-stroke"
        />
      </Frame>
    </figure>
  );
}

/** Why it is alive or gone, in a sentence. */
export function operationSentence({
  importance,
  threshold,
  alive,
  cause,
  state,
}: Candidate): string {
  const [is, must] = [decimal(importance), decimal(threshold)];
  if (!alive) {
    const last = state.history.findLast(({ kind }) => kind !== 'regrown');
    // Regrown since, and gone again without a commit yet: the threshold of this moment decides.
    if (!last || state.alive)
      return `Below its threshold: the next commit prunes it, as importance ${is} does not exceed ${must}.`;
    if (last.byHand) return `Pruned manually at step ${integer(last.step)}.`;
    const verb = last.kind === 're-pruned' ? copy.reprunedLater : 'Pruned';
    return last.threshold !== undefined && last.importance !== undefined
      ? `${verb} at step ${integer(last.step)}: its importance ${decimal(last.importance)} did not exceed ${decimal(last.threshold)}.`
      : `${verb} at step ${integer(last.step)}.`;
  }
  const under = importance <= threshold;
  const kept = under ? `, though importance ${is} does not exceed ${must}` : '';
  if (cause === 'protected') return `Protected manually: kept${kept}.`;
  if (cause === 'held')
    return `Kept${kept}: operations of earlier stages are not pruned again in this run.`;
  // The node's last candidate stays whatever its threshold says.
  if (cause === 'last' || under)
    return `Kept as the last operation of its ${wordsOf().sum}${kept}.`;
  return `Active: importance ${is}, ${decimal(importance - Math.max(0, threshold))} above its threshold${state.regrown ? '; regrown' : ''}.`;
}

export function FilterDetail({
  cell,
  groups,
  titles,
}: {
  cell: number;
  groups: readonly FilterGroup[];
  titles: readonly string[];
}) {
  const [asTable, setAsTable] = useState(false);
  if (groups.length === 0)
    return (
      <p className="empty">This operation has no filters of its own: it is not a convolution.</p>
    );
  return (
    <>
      <div className="detail-head">
        <p className="note">gate, sigmoid(β), by filter</p>
        <TableToggle on={asTable} toggle={() => setAsTable(!asTable)} of="Filters" />
      </div>
      {asTable ? (
        <FilterTable groups={groups} titles={titles} />
      ) : (
        groups.map((group, i) => (
          <Fragment key={group.part}>
            <FilterBars group={group} title={titles[i]!} />
            <WhyUnit subject={{ kind: 'filters', cell, unit: group.unit, part: group.part }} />
          </Fragment>
        ))
      )}
    </>
  );
}

export function WeightDetail({ cell, unit }: { cell: number; unit: number }) {
  const [asTable, setAsTable] = useState(false);
  const details = useShown(({ run }) => run.details);
  const known = lastWeights(details, cell, unit);
  if (!known)
    return (
      <p className="empty">
        This operation has no weights that can be masked: it is not a convolution.
      </p>
    );
  const { weights, step } = known;
  const stale = step !== details.at(-1)?.step;
  return (
    <>
      <p className="lead">{weightSentence(weights)}</p>
      <div className="detail-head">
        <p className="note">
          weights by magnitude{stale ? `, as they were at step ${integer(step)}` : ''}
        </p>
        <TableToggle on={asTable} toggle={() => setAsTable(!asTable)} of="Weights" />
      </div>
      <WhyUnit subject={{ kind: 'weights', cell, unit }} />
      {asTable ? <WeightTable weights={weights} /> : <WeightHistogram weights={weights} />}
    </>
  );
}

export const levelNote: Readonly<Record<Granularity, string>> = {
  operation: 'An operation is pruned when its importance does not exceed its threshold.',
  filter: 'A filter is pruned when its gate does not exceed the threshold of its operation.',
  weight: 'A weight is masked when its magnitude does not exceed the threshold of its operation.',
};
