/** The explanation that was asked for in a chart or a list, over any view. */
import { Dialog } from '../components/Dialog.tsx';
import { openView } from '../router.ts';
import { select } from '../views/selection.ts';
import { askBack, askNext, closeWhy, useAsked } from './asked.ts';
import { useWhy, WhyText } from './WhyText.tsx';
import type { WhySubject } from './subject.ts';

export function WhyDialog() {
  const trail = useAsked();
  const subject = trail.at(-1);
  return (
    <Dialog title="Why" kind="card" open={subject !== undefined} onClose={closeWhy}>
      {subject && <Explanation subject={subject} deep={trail.length > 1} />}
    </Dialog>
  );
}

function Explanation({ subject, deep }: { subject: WhySubject; deep: boolean }) {
  const found = useWhy(subject);
  return (
    <div className="why-dialog">
      {found ? (
        <>
          <h3>{found.title}</h3>
          <WhyText key={found.title} found={found} />
          {found.units.length > 0 && (
            <>
              <p className="note">
                {subject.kind === 'commit' ? 'Choose one of them:' : 'Pruned with it:'}
              </p>
              <ul className="why-units">
                {found.units.map(({ label, subject: unit }) => (
                  <li key={label}>
                    <button type="button" onClick={() => askNext(unit)}>
                      {label}
                    </button>
                  </li>
                ))}
              </ul>
            </>
          )}
        </>
      ) : (
        <p>Nothing was pruned or regrown here up to the step on screen.</p>
      )}
      <div className="buttons">
        {deep && (
          <button type="button" onClick={askBack}>
            Back
          </button>
        )}
        {subject.kind !== 'commit' && (
          <button type="button" onClick={() => show(subject)}>
            Show in Architecture
          </button>
        )}
      </div>
    </div>
  );
}

function show(subject: Exclude<WhySubject, { kind: 'commit' }>): void {
  const { cell, unit, kind } = subject;
  closeWhy();
  const level = ({ operation: 'operation', filters: 'filter', weights: 'weight' } as const)[kind];
  select({ cell, level, ...(unit !== null && { unit }) });
  openView('architecture');
}
