/** Tables as CSV (RFC 4180). */

export type CsvRows = readonly (readonly (string | number)[])[];

const quoted = (text: string): string =>
  /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;

/** Numbers at full precision. */
export const csvText = (rows: CsvRows): string =>
  rows.map((row) => `${row.map((cell) => quoted(String(cell))).join(',')}\r\n`).join('');

/** What tables on the page show: separators of thousands are taken out of numbers, so that a spreadsheet reads them. */
export function tableRows(tables: Iterable<HTMLTableElement>): CsvRows {
  return [...tables].flatMap((table) =>
    [...table.rows].map((row) =>
      [...row.cells].map((cell) => plainNumber(cell.innerText.replace(/\s+/g, ' ').trim())),
    ),
  );
}

const plainNumber = (text: string): string =>
  /^-?\d{1,3}(,\d{3})+(\.\d+)?$/.test(text) ? text.replaceAll(',', '') : text;
