/** Why a unit was pruned or regrown: two sentences, and the formula behind them. */
import { lazy, Suspense, useMemo, useState } from 'react';
import { WithTerms } from '../components/Term.tsx';
import { glossary } from '../glossary.ts';
import { shownEvents } from '../store/replay.ts';
import { useLab, useShown } from '../store/store.ts';
import { why } from './why.ts';
import type { Why, WhySubject } from './subject.ts';

const Formula = lazy(() => import('../learn/Formula.tsx'));

/** @returns null where it was neither pruned nor regrown up to the moment on screen. */
export function useWhy(subject: WhySubject): Why | null {
  const cursor = useLab((s) => s.cursor);
  const pastId = useLab((s) => s.pastId);
  const runId = useLab((s) => s.runId);
  // Units change with these, not with every step.
  const details = useShown(({ run }) => run.details);
  const units = useShown(({ run }) => run.units);
  const key = JSON.stringify(subject);
  return useMemo(
    () => why(shownEvents(), JSON.parse(key) as WhySubject),
    [key, cursor, pastId, runId, details, units], // eslint-disable-line react-hooks/exhaustive-deps
  );
}

export function WhyText({ found }: { found: Why }) {
  const [open, setOpen] = useState(false);
  const { sentences, rule } = found;
  const { formula, term } = glossary[rule];
  return (
    <div className="why">
      <p>
        <WithTerms text={sentences.join(' ')} />
      </p>
      <details onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>Formula of the {term}</summary>
        {open && formula && (
          <Suspense fallback={null}>
            <Formula tex={formula} />
          </Suspense>
        )}
      </details>
    </div>
  );
}

/** Of a unit that may never have changed: then nothing. */
export function WhyUnit({ subject }: { subject: WhySubject }) {
  const found = useWhy(subject);
  return found && <WhyText found={found} />;
}
