/** Views by hash, so that a link or a reload leads back to one: `#/run/balance`. */
import { useSyncExternalStore } from 'react';

export const views = ['overview', 'balance', 'architecture', 'events'] as const;
export type View = (typeof views)[number];

export const viewNames: Readonly<Record<View, string>> = {
  overview: 'Overview',
  balance: 'Granularity balance',
  architecture: 'Architecture',
  events: 'Events',
};

export const viewHref = (view: View): string => `#/run/${view}`;

export function openView(view: View): void {
  location.hash = viewHref(view);
}

/** Anything else shows the overview. */
function currentView(): View {
  const name = /^#\/run\/([a-z]+)/.exec(location.hash)?.[1];
  return views.find((view) => view === name) ?? 'overview';
}

function subscribe(listener: () => void): () => void {
  window.addEventListener('hashchange', listener);
  return () => window.removeEventListener('hashchange', listener);
}

export function useView(): View {
  return useSyncExternalStore(subscribe, currentView);
}
