/** Views by hash, so that a link or a reload leads back to one: `#/run/ID/balance`. */
import { useSyncExternalStore } from 'react';

export const views = ['overview', 'balance', 'architecture', 'discretization', 'trade-off', 'events', 'library'] as const;
export type View = (typeof views)[number];

export const viewNames: Readonly<Record<View, string>> = {
  overview: 'Overview',
  balance: 'Balance',
  architecture: 'Architecture',
  discretization: 'Discretization',
  'trade-off': 'Trade-off',
  events: 'Events',
  library: 'Library',
};

/** A run's id in links to whatever run is on screen. */
const current = 'current';

export interface Route {
  /** Null = the running search, or none. */
  run: string | null;
  view: View;
}

function parse(hash: string): Route {
  const parts = /^#\/run\/([\w-]+)(?:\/([a-z-]+))?/.exec(hash);
  // Without a run, `#/run/balance`: links of before runs had names.
  const bare = views.find((view) => view === parts?.[1]);
  if (bare) return { run: null, view: bare };
  const run = parts?.[1] ?? current;
  return { run: run === current ? null : run, view: views.find((view) => view === parts?.[2]) ?? 'overview' };
}

const hrefOf = ({ run, view }: Route): string => `#/run/${run ?? current}/${view}`;

/** A view of the run on screen; of another, by its id. */
export const viewHref = (view: View, run = parse(location.hash).run): string => hrefOf({ run, view });

export function openView(view: View): void {
  location.hash = viewHref(view);
}

/** The same view of another run, without an entry in the history. */
export function replaceRun(run: string | null): void {
  history.replaceState(null, '', hrefOf({ ...parse(location.hash), run }));
  window.dispatchEvent(new HashChangeEvent('hashchange'));
}

function subscribe(listener: () => void): () => void {
  window.addEventListener('hashchange', listener);
  return () => window.removeEventListener('hashchange', listener);
}

export function useView(): View {
  return useSyncExternalStore(subscribe, () => parse(location.hash).view);
}

export function useRouteRun(): string | null {
  return useSyncExternalStore(subscribe, () => parse(location.hash).run);
}
