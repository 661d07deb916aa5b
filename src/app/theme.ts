/** Light or dark: the system's choice, until the reader makes one. index.html sets the first before anything is drawn. */
import { useSyncExternalStore } from 'react';
import { refreshPalette } from './charts/palette.ts';

export type Theme = 'light' | 'dark';

const key = 'mgas-theme';
const system = window.matchMedia('(prefers-color-scheme: dark)');
const listeners = new Set<() => void>();

function stored(): Theme | null {
  try {
    const value = localStorage.getItem(key);
    return value === 'light' || value === 'dark' ? value : null;
  } catch {
    return null; // Storage is forbidden here: the system's choice holds.
  }
}

export function currentTheme(): Theme {
  return document.documentElement.dataset.theme === 'dark' ? 'dark' : 'light';
}

function apply(theme: Theme): void {
  document.documentElement.dataset.theme = theme;
  refreshPalette();
  for (const listener of listeners) listener();
}

/** For as long as the page lasts: a choice of the address, or paper. */
export const showTheme = (theme: Theme): void => apply(theme);

export function toggleTheme(): void {
  const theme = currentTheme() === 'dark' ? 'light' : 'dark';
  try {
    localStorage.setItem(key, theme);
  } catch {
    // Then it lasts as long as the page.
  }
  apply(theme);
}

system.addEventListener('change', () => {
  if (!stored()) apply(system.matches ? 'dark' : 'light');
});

export function useTheme(): Theme {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, currentTheme);
}
