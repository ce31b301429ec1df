// Numbers of a bench: counts as they are asked for, medians, and tables as they are printed.

/** A whole number of at least 1 from the options. @param {Readonly<Record<string, string>>} values @param {string} name */
export function countOf(values, name) {
  const count = Number(values[name]);
  if (Number.isSafeInteger(count) && count > 0) return count;
  throw new Error(`--${name} is ${JSON.stringify(values[name])}, not a whole number of at least 1`);
}

/** @param {readonly number[]} values */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** A whole number with a comma at each thousand. @param {number} value */
export function whole(value) {
  return Math.round(value).toLocaleString("en-US");
}

/** Markdown with aligned columns, which a terminal shows as well. @param {readonly (readonly string[])[]} rows first the heading */
export function printTable(rows) {
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const line = (row) => `| ${row.map((cell, column) => (column === 0 ? cell.padEnd(widths[column]) : cell.padStart(widths[column]))).join(" | ")} |`;
  const rule = `|${widths.map((width, column) => (column === 0 ? "-".repeat(width + 2) : `${"-".repeat(width + 1)}:`)).join("|")}|`;
  console.log([line(rows[0]), rule, ...rows.slice(1).map(line)].join("\n"));
}
