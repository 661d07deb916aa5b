/** Links that carry settings: `#/start/VIEW?v=1&preset=tiny&seed=7`. Opening one fills in the settings of the next search. */
import { createStore, useStore } from 'zustand';
import { LinkRefused, readLink, writeLink } from '../../domain/settings/link.ts';
import { currentView, replaceRun, routeNow, views } from '../router.ts';
import { lab } from '../store/store.ts';

interface LinkState {
  /** A link was opened: what came of it. */
  opened: { ok: true } | { ok: false; problem: string } | null;
}

export const link = createStore<LinkState>(() => ({ opened: null }));

export function useLink<T>(select: (state: LinkState) => T): T {
  return useStore(link, select);
}

const form = /^#\/start(?:\/([a-z-]+))?(?:\?(.*))?$/;

/** The settings of the next search, and the view on screen, as an address. */
export function linkToSettings(): string {
  const { settings } = lab.getState();
  const address = new URL(location.href);
  address.hash = `#/start/${routeNow().view}?${writeLink(settings)}`;
  return address.href;
}

/** Reads the address where it carries settings. Call it before anything is drawn. */
export function openLink(): void {
  const parts = form.exec(location.hash);
  if (!parts) return;
  const [, view, query = ''] = parts;
  try {
    const { settings, preset } = readLink(new URLSearchParams(query));
    const whole = writeLink(settings).size === 2;
    lab.setState({ settings, preset: whole ? preset : null });
    link.setState({ opened: { ok: true } });
  } catch (error) {
    if (!(error instanceof LinkRefused)) throw error;
    link.setState({ opened: { ok: false, problem: error.message } });
  }
  currentView(views.find((name) => name === view) ?? 'overview');
  replaceRun(null);
}

export function watchLinks(): void {
  window.addEventListener('hashchange', openLink);
}
