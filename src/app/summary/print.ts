/** Printing a view of a run prints its summary instead: one page, light, drawn before the browser takes it. */
import { useSyncExternalStore } from 'react';
import { flushSync } from 'react-dom';
import { currentTheme, showTheme } from '../theme.ts';
import type { Theme } from '../theme.ts';

let printing = false;
let before: Theme = 'light';
const listeners = new Set<() => void>();

function change(to: boolean): void {
  printing = to;
  // The browser lays out the page as soon as this event is over.
  flushSync(() => {
    for (const listener of listeners) listener();
  });
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

window.addEventListener('beforeprint', () => {
  before = currentTheme();
  if (before === 'dark') showTheme('light');
  change(true);
});
window.addEventListener('afterprint', () => {
  if (before === 'dark') showTheme('dark');
  change(false);
});

export const usePrinting = (): boolean => useSyncExternalStore(subscribe, () => printing);

export const printSummary = (): void => window.print();
