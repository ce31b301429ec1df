// Commands as text for a person's shell; what we run ourselves are words, and no shell reads them.

/** One word for `sh`, in single quotes where it is not plain. */
export function shellWord(word: string): string {
  return /^[\w/.=:@-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
