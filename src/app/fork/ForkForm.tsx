/** What a fork does otherwise than its parent: target, lambda, seed, levels, length of the joint stage. */
import { useState } from 'react';
import type { ReactNode } from 'react';
import { granularities } from '../../domain/granularities.ts';
import { changesIn, forkProblems, sameAs, withTarget } from '../../storage/fork.ts';
import type { ForkPoint, ForkWish } from '../../storage/fork.ts';
import { granularityNames, integer } from '../format.ts';
import { NumberInput } from '../settings/NumberInput.tsx';
import { startFork } from '../store/library-resume.ts';
import { changesText } from './describe.ts';

export function ForkForm({ point, close }: { point: ForkPoint; close: () => void }) {
  const { checkpoint } = point.checkpoint;
  const [wish, setWish] = useState<ForkWish>(() => sameAs(checkpoint));
  const [failure, setFailure] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const problems = forkProblems(point, wish);
  const changes = problems.size === 0 ? changesIn(checkpoint, wish) : [];
  async function start(): Promise<void> {
    setBusy(true);
    try {
      await startFork(point, wish);
      close();
    } catch (error) {
      setFailure(error instanceof Error ? error.message : String(error));
      setBusy(false);
    }
  }
  const numbers = [
    {
      ...{ id: 'target', path: 'targetParameters', label: 'Target', unit: 'parameters' },
      value: wish.targetParameters,
      change: (value: number) => setWish(withTarget(wish, checkpoint, value)),
    },
    {
      ...{ id: 'epochs', path: 'joint.maxEpochs', label: 'Joint stage', unit: 'epochs at most' },
      value: wish.jointEpochs,
      change: (value: number) => setWish({ ...wish, jointEpochs: value }),
    },
    {
      ...{ id: 'seed', path: 'seed', label: 'Seed', unit: '' },
      value: wish.seed,
      change: (value: number) => setWish({ ...wish, seed: value }),
    },
    ...(wish.lambda === null
      ? []
      : [
          {
            ...{ id: 'lambda', path: 'lambda', label: 'Lambda', unit: 'now; it adapts from there' },
            value: wish.lambda,
            change: (value: number) => setWish({ ...wish, lambda: value }),
          },
        ]),
  ];
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (problems.size === 0 && !busy) void start();
      }}
    >
      {numbers.map(({ id, path, label, unit, value, change }) => (
        <Field key={id} id={`fork-${id}`} label={label} problem={problems.get(path)}>
          <NumberInput
            id={`fork-${id}`}
            value={value}
            onChange={change}
            invalid={problems.has(path)}
            describedBy={`fork-${id}-problem`}
            width="8em"
          />
          <span className="unit">{unit}</span>
        </Field>
      ))}
      {wish.lambda === null && (
        <p className="note">Lambda starts at 0 with the stage after this checkpoint.</p>
      )}
      <fieldset className="fork-levels" aria-describedby="fork-levels-problem">
        <legend>Prunes</legend>
        {granularities.map((level) => (
          <label key={level}>
            <input
              type="checkbox"
              checked={wish.granularities[level]}
              onChange={(event) =>
                setWish({
                  ...wish,
                  granularities: { ...wish.granularities, [level]: event.target.checked },
                })
              }
            />
            {granularityNames[level].many}
          </label>
        ))}
      </fieldset>
      <p id="fork-levels-problem" className="field-problem" role="alert">
        {problems.get('granularities')}
      </p>
      <p className="fork-changes" role="status">
        {problems.size > 0
          ? 'Correct the fields above.'
          : changes.length > 0
            ? `From step ${integer(checkpoint.steps)} on: ${changesText(changes)}.`
            : 'Nothing is changed: the fork repeats its parent from there.'}{' '}
        The parent stays as it is. Both are shown side by side in Balance and Trade-off.
      </p>
      {failure !== null && (
        <p className="field-problem" role="alert">
          {failure}
        </p>
      )}
      <div className="buttons">
        <button type="submit" className="primary" disabled={problems.size > 0 || busy}>
          Start the fork
        </button>
        <button type="button" onClick={close}>
          Cancel
        </button>
      </div>
    </form>
  );
}

function Field({
  id,
  label,
  problem,
  children,
}: {
  id: string;
  label: string;
  problem: string | undefined;
  children: ReactNode;
}) {
  return (
    <>
      <div className="field">
        <label htmlFor={id}>{label}</label>
        {children}
      </div>
      <p id={`${id}-problem`} className="field-problem" role="alert">
        {problem}
      </p>
    </>
  );
}
