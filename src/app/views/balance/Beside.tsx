/** A second run beside the one on screen: which one, and how the balance of the two differs. */
import { copy } from '../../copy.ts';
import { measuredText } from '../../../domain/accuracy.ts';
import { granularities } from '../../../domain/granularities.ts';
import { granularityNames, integer, percent } from '../../format.ts';
import { openBesideRun } from '../../router.ts';
import { useLibrary } from '../../store/library-state.ts';
import { lastSnapshot } from '../../store/run-model.ts';
import { besideState, RunSide, shownSettings, useLab, useShown } from '../../store/store.ts';
import { Glyph } from '../../components/icons.tsx';
import { SaveSection } from '../../charts/SaveSection.tsx';
import { TableScroll } from '../../components/TableScroll.tsx';

/** Runs that can be put beside: those of the library, then those that only this page knows. */
function useCandidates(): { id: string; name: string }[] {
  const shown = useLab(({ pastId, runId }) => pastId ?? runId);
  const stored = useLibrary(({ runs }) => runs);
  const earlier = useLab((s) => s.earlier);
  const runId = useLab((s) => s.runId);
  const known = (stored ?? [])
    .filter(({ summary }) => summary.parameters !== null)
    .map(({ id, name }) => ({ id, name }));
  const page = earlier
    .filter(({ id }) => !known.some((run) => run.id === id))
    .map(({ id, name }) => ({ id, name }));
  const all = [...known, ...page].filter(({ id }) => id !== shown);
  return all.map((run) =>
    run.id === runId ? { ...run, name: `${run.name} (running or last)` } : run,
  );
}

export function BesideBar({ missing }: { missing: boolean }) {
  const candidates = useCandidates();
  const beside = useLab((s) => s.beside);
  if (candidates.length === 0 && !beside && !missing) return null;
  return (
    <section className="panel area-beside" aria-label="Two runs side by side">
      <div className="beside-bar">
        <label>
          Compare with{' '}
          <select
            value={beside?.id ?? ''}
            onChange={(event) => openBesideRun(event.target.value || null)}
          >
            <option value="">no other run</option>
            {candidates.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </select>
        </label>
        {missing && (
          <span className="problem">
            The compared run is no longer in this browser: choose another.
          </span>
        )}
        {!beside && !missing && (
          <span className="note">
            Choose a run with another seed or target size to see both side by side.
          </span>
        )}
        {beside && (
          <>
            <button type="button" onClick={() => openBesideRun(null)}>
              Close
            </button>
            <SaveSection of="Balance of the two runs" />
          </>
        )}
      </div>
      {beside && <Differences />}
    </section>
  );
}

function Differences() {
  return (
    <TableScroll label="Balance of the two runs">
      <table className="beside-table">
        <thead>
          <tr>
            <th scope="col">Run</th>
            {granularities.map((level) => (
              <th scope="col" key={level} style={{ color: `var(--${level})` }}>
                <Glyph of={level} /> {granularityNames[level].many} left
              </th>
            ))}
            <th scope="col">Parameters</th>
            <th scope="col">Target</th>
            <th scope="col">{copy.validationAccuracy}</th>
          </tr>
        </thead>
        <tbody>
          <Row name="This run" />
          <RunSide value={besideState}>
            <Row name="Compared run" />
          </RunSide>
        </tbody>
      </table>
    </TableScroll>
  );
}

function Row({ name }: { name: string }) {
  const snapshot = useShown(({ run }) => lastSnapshot(run));
  const target = useShown((s) => shownSettings(s).targetParameters);
  const seed = useShown((s) => shownSettings(s).seed);
  const evaluation = useShown(({ run }) => run.evaluations.at(-1) ?? null);
  return (
    <tr>
      <th scope="row">
        {name}, seed {seed}
      </th>
      {granularities.map((level) => (
        <td key={level}>
          {snapshot
            ? percent(snapshot.counts[level].left / Math.max(1, snapshot.counts[level].total))
            : '\u2013'}
        </td>
      ))}
      <td>{snapshot ? integer(snapshot.parameters.active) : '\u2013'}</td>
      <td>{integer(target)}</td>
      <td>{evaluation ? measuredText(evaluation.accuracy, evaluation.images) : '\u2013'}</td>
    </tr>
  );
}
