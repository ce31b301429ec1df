// CSV as RFC 4180 has it, with what that leaves open settled: lines end with CR LF, an empty cell is NULL and `""` is an empty
// text, and a text that a spreadsheet would run as a formula gets a `'` before it, which reading takes away again (SEC-20).
// Source: RFC 4180; OWASP, CSV Injection; ASVS 5.0, 1.2.10

export type Cell = string | null;

/** `=`, `+`, `-`, `@`, tab, CR and LF, also behind any number of `'`: so that no two texts look the same in a file. */
const formula = /^'*[=+\-@\t\r\n]/;
const disarmed = /^'+[=+\-@\t\r\n]/;
/** Spaces at an end and tabs too: some readers trim the ones and split at the others. */
const needsQuotes = /[",\t\r\n]|^\s|\s$|^$/;

export function csvLine(cells: readonly Cell[]): string {
  return `${cells.map((cell) => (cell === null ? "" : needsQuotes.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(",")}\r\n`;
}

/** What somebody typed, as a cell that stays text. */
export function disarm(text: string): string {
  return formula.test(text) ? `'${text}` : text;
}

export function rearm(cell: string): string {
  return disarmed.test(cell) ? cell.slice(1) : cell;
}
