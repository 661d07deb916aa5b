/** A panel as a file: its numbers as CSV, what it shows as PNG or SVG. */
import { csvText, tableRows } from './csv.ts';
import type { CsvRows } from './csv.ts';
import { elementSvg } from './element-svg.ts';
import type { SaveKind } from './save.ts';
import { pngOf, svgText } from './svg-file.ts';

/** What a panel saves as CSV: rows with a head, a finished text, or `table` for the table that it shows. */
export type PanelCsv = (() => CsvRows | string) | 'table';

/** @param drawing what is saved as PNG and SVG in place of the whole panel. */
export async function panelFile(
  kind: SaveKind,
  panel: HTMLElement,
  csv: PanelCsv,
  drawing?: () => SVGSVGElement | null,
): Promise<Blob> {
  if (kind === 'csv') {
    const rows = csv === 'table' ? tableRows(panel.querySelectorAll('table')) : csv();
    return new Blob([typeof rows === 'string' ? rows : csvText(rows)], { type: 'text/csv' });
  }
  const svg = drawing?.() ?? (await elementSvg(panel));
  return kind === 'png' ? pngOf(svg) : new Blob([await svgText(svg)], { type: 'image/svg+xml' });
}
