/** The run that the address names: views of it, or what to do where there is none. */
import { useEffect } from 'react';
import type { ReactNode } from 'react';
import { useRouteRun, useView, viewHref, viewNames } from '../router.ts';
import { openRun } from '../store/replay.ts';
import { useLab } from '../store/store.ts';

/** Brings the run that the address names on screen, whatever the view. */
export function useRunOfAddress(): void {
  const run = useRouteRun();
  useEffect(() => void openRun(run), [run]);
}

export function RunGate({ children }: { children: ReactNode }) {
  const run = useRouteRun();
  const view = useView();
  const opening = useLab((s) => s.opening);
  const missing = useLab((s) => s.missingId);
  if (opening !== null) return <p className="empty">Opening run {opening}.</p>;
  if (missing !== null && missing === run) {
    return (
      <section className="empty missing-run" aria-labelledby="missing-run">
        <h2 id="missing-run">No run {missing} here</h2>
        <p>
          Runs are stored in the browser that ran the search. This one may have been deleted, or the
          link comes from another computer: then ask for its file.
        </p>
        <p className="buttons">
          <a className="button primary" href={viewHref(view, 'current')}>
            {viewNames[view]} of the current search
          </a>
        </p>
      </section>
    );
  }
  return children;
}
