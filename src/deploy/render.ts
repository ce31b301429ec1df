// Fills a template: `{{name}}` is replaced by the value of that name. A name without a value, and a value that is not used, are
// bugs and throw; a value with a line break, a quote, a semicolon or a brace would change the file's meaning and throws too.
export function render(template: string, values: Readonly<Record<string, string>>): string {
  const unused = new Set(Object.keys(values));
  const text = template.replaceAll(/\{\{(\w+)\}\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`the template wants "${name}" and was not given it`);
    unused.delete(name);
    return value;
  });
  if (unused.size > 0) throw new Error(`the template has no place for ${[...unused].join(", ")}`);
  return text;
}

/** True when a path can stand unquoted in an nginx file. */
export function isWord(value: string): boolean {
  return !/["';{}\s\\$#]/.test(value);
}

/** A path as one word of an nginx file. */
export function word(value: string): string {
  if (!isWord(value)) throw new Error(`not a plain word: ${JSON.stringify(value)}`);
  return value;
}
