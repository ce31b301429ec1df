// Two dumps of the engine's own, compared line by line.

/** Lines that only one of both has, `-` of the original and `+` of the copy; when these are the same, the first that moved. */
export function differences(original: readonly string[], copy: readonly string[]): readonly string[] {
  const only = (these: readonly string[], those: ReadonlySet<string>, mark: string) =>
    these.filter((line) => !those.has(line)).map((line) => mark + line);
  const lines = [...only(original, new Set(copy), "- "), ...only(copy, new Set(original), "+ ")];
  const moved = original.findIndex((line, index) => line !== copy[index]);
  return lines.length > 0 || moved === -1 ? lines : [`line ${moved + 1}: ${original[moved]}, in the copy ${copy[moved]}`];
}
