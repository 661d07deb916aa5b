/** Views by hash, so that a link or a reload leads back to one: `#/run/ID/balance`. */
import { useSyncExternalStore } from 'react';
import { viewNames, views } from './views/registry.ts';
import type { View } from './views/registry.ts';

export { viewNames, views };
export type { View };

/** Views that the stops of the guided tour speak of, in order: `#/learn/3` shows the third's. */
export const learnViews: readonly View[] = [
  ...(['architecture', 'discretization', 'discretization', 'overview', 'balance'] as const),
  ...(['overview', 'events', 'events', 'trade-off', 'architecture'] as const),
];

/** A run's id in links to whatever run is on screen. */
const current = 'current';

export interface Route {
  /** Null = the running search, or none. */
  run: string | null;
  view: View;
  /** A second run to look at beside it: `?beside=ID`. */
  beside: string | null;
  /** Stop of the guided tour, from 0; null = not on it. */
  stop: number | null;
}

function parse(hash: string): Route {
  const learn = /^#\/learn(?:\/(\d+))?(?:\?run=([\w-]+))?/.exec(hash);
  if (learn) {
    const stop = Math.min(Math.max(Number(learn[1] ?? 1), 1), learnViews.length) - 1;
    const run = learn[2] ?? current;
    return { run: run === current ? null : run, view: learnViews[stop]!, beside: null, stop };
  }
  const parts = /^#\/run\/([\w-]+)(?:\/([a-z-]+))?/.exec(hash);
  // Without a run, `#/run/balance`: links of before runs had names.
  const bare = views.find((view) => view === parts?.[1]);
  if (bare) return { run: null, view: bare, beside: null, stop: null };
  const run = parts?.[1] ?? current;
  const beside = /\?beside=([\w-]+)$/.exec(hash)?.[1] ?? null;
  return {
    run: run === current ? null : run,
    view: views.find((view) => view === parts?.[2]) ?? 'overview',
    beside,
    stop: null,
  };
}

const hrefOf = ({ run, view, beside }: Omit<Route, 'stop'>): string =>
  `#/run/${run ?? current}/${view}${beside === null ? '' : `?beside=${beside}`}`;

/** A view of the run on screen, with the run beside it; of another run, by its id. */
export function viewHref(view: View, run?: string | null): string {
  const shown = parse(location.hash);
  const same = run === undefined || run === shown.run;
  return hrefOf({ run: same ? shown.run : run, view, beside: same ? shown.beside : null });
}

/** The view on screen, with another run beside its own; null = with none. */
export function openBesideRun(beside: string | null): void {
  location.hash = hrefOf({ ...parse(location.hash), beside });
}

/** The address names this view, of the run on screen; without an entry in the history. */
export function currentView(view: View): void {
  history.replaceState(null, '', hrefOf({ run: null, view, beside: null }));
}

export function openView(view: View): void {
  location.hash = viewHref(view);
}

/** The same view of another run, without an entry in the history. */
export function replaceRun(run: string | null): void {
  const route = parse(location.hash);
  const href = route.stop === null ? hrefOf({ ...route, run }) : learnHrefOf(route.stop, run);
  history.replaceState(null, '', href);
  window.dispatchEvent(new HashChangeEvent('hashchange'));
}

/** For code outside components. */
export const routeNow = (): Route => parse(location.hash);

function subscribe(listener: () => void): () => void {
  window.addEventListener('hashchange', listener);
  return () => window.removeEventListener('hashchange', listener);
}

export function useView(): View {
  return useSyncExternalStore(subscribe, () => parse(location.hash).view);
}

export function useBesideRun(): string | null {
  return useSyncExternalStore(subscribe, () => parse(location.hash).beside);
}

export function useRouteRun(): string | null {
  return useSyncExternalStore(subscribe, () => parse(location.hash).run);
}

const learnHrefOf = (stop: number, run: string | null): string =>
  `#/learn/${stop + 1}${run === null ? '' : `?run=${run}`}`;

/** A stop of the guided tour, from 0, over the run on screen. */
export const learnHref = (stop: number): string => learnHrefOf(stop, parse(location.hash).run);

export function useLearnStop(): number | null {
  return useSyncExternalStore(subscribe, () => parse(location.hash).stop);
}
