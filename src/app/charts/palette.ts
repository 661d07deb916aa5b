/** Colours for canvases, from the same custom properties as the rest of the page. Read once a theme, not once a frame. */
import type { Granularity } from '../../domain/granularities.ts';

export type ColorName =
  'text' | 'muted' | 'faint' | 'line' | 'panel' | 'band' | Granularity | 'regrown';
export type Palette = Readonly<Record<ColorName, string>>;

const names: readonly ColorName[] = [
  'text',
  'muted',
  'faint',
  'line',
  'panel',
  'band',
  'operation',
  'filter',
  'weight',
  'regrown',
];
let cached: Palette | null = null;
let scale: number | null = null;
const listeners = new Set<() => void>();

export function palette(): Palette {
  if (!cached) {
    const style = getComputedStyle(document.documentElement);
    cached = Object.fromEntries(
      names.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]),
    ) as Palette;
  }
  return cached;
}

/** How much larger than usual text is: in presentation. Charts are drawn so much larger. */
export function textScale(): number {
  scale ??= Number.parseFloat(getComputedStyle(document.documentElement).fontSize) / 16 || 1;
  return scale;
}

/** After the theme changed, or the size of text. */
export function refreshPalette(): void {
  cached = null;
  scale = null;
  for (const listener of listeners) listener();
}

export function onPaletteChange(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** A second sign beside colour: no granularity is told by hue alone. */
export const granularityDash: Readonly<Record<Granularity, readonly number[]>> = {
  operation: [],
  filter: [7, 3],
  weight: [2, 3],
};

/** `rgb(... / alpha)` of a #rrggbb colour. */
export function fade(color: string, alpha: number): string {
  const value = Number.parseInt(color.slice(1), 16);
  return `rgb(${value >> 16} ${(value >> 8) & 255} ${value & 255} / ${alpha})`;
}
