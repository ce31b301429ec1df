// Reads Prometheus' text format 0.0.4 strictly: what promtool would complain of is a fault here too.
// Source: prometheus.io/docs/instrumenting/exposition_formats

export interface Family {
  readonly help: string;
  readonly type: string;
  readonly samples: readonly Sample[];
}

export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const sampleLine = /^([a-zA-Z_:][\w:]*)(?:\{((?:[a-zA-Z_]\w*="(?:[^"\\\n]|\\["\\n])*",?)*)\})? (-?(?:\d+(?:\.\d+)?(?:e[+-]?\d+)?)|NaN|[+-]Inf)$/;
const types = ["counter", "gauge", "histogram"];

/** Throws with the line at fault. */
export function readExposition(text: string): Readonly<Record<string, Family>> {
  if (!text.endsWith("\n")) throw new Error("the last line does not end");
  const families: Record<string, { help: string; type: string; samples: Sample[] }> = {};
  const seen = new Set<string>();
  let current = "";
  for (const line of text.slice(0, -1).split("\n")) {
    const [, kind, name = "", rest = ""] = /^# (HELP|TYPE) ([a-zA-Z_:][\w:]*) (.*)$/.exec(line) ?? [];
    if (kind === "HELP") {
      if (families[name]) throw new Error(`${name} is there twice`);
      families[name] = { help: rest, type: "", samples: [] };
      current = name;
    } else if (kind === "TYPE") {
      const family = families[name];
      if (!family || name !== current || family.type !== "" || family.samples.length > 0) throw new Error(`a type out of place: ${line}`);
      if (!types.includes(rest)) throw new Error(`no such type: ${line}`);
      family.type = rest;
    } else {
      const sample = sampleOf(line);
      const owner = families[current];
      if (!owner?.type || !belongs(sample.name, current, owner.type)) throw new Error(`a sample out of place: ${line}`);
      if (seen.has(keyOf(sample))) throw new Error(`a sample is there twice: ${line}`);
      seen.add(keyOf(sample));
      owner.samples.push(sample);
    }
  }
  for (const [name, family] of Object.entries(families)) refuseOdd(name, family);
  return families;
}

function sampleOf(line: string): Sample {
  const [, name, labels = "", value] = sampleLine.exec(line) ?? [];
  if (name === undefined) throw new Error(`not a sample: ${line}`);
  const pairs = [...labels.matchAll(/([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"/g)].map(([, label = "", text = ""]) => [label, unescaped(text)] as const);
  if (new Set(pairs.map(([label]) => label)).size !== pairs.length) throw new Error(`a label is there twice: ${line}`);
  return { name, labels: Object.fromEntries(pairs), value: value === "+Inf" ? Number.POSITIVE_INFINITY : Number(value) };
}

const unescaped = (text: string) => text.replaceAll(/\\(.)/g, (_, letter: string) => (letter === "n" ? "\n" : letter));
const keyOf = ({ name, labels }: Sample) => JSON.stringify([name, Object.entries(labels).sort()]);

function belongs(name: string, family: string, type: string): boolean {
  return type === "histogram" ? ["_bucket", "_sum", "_count"].some((end) => name === `${family}${end}`) : name === family;
}

function refuseOdd(name: string, { type, help, samples }: Family): void {
  if (type === "" || help === "") throw new Error(`${name} has no type or no help`);
  if (type === "counter" && !name.endsWith("_total")) throw new Error(`the counter ${name} does not end in _total`);
  if (type !== "gauge" && samples.some(({ value }) => !(value >= 0))) throw new Error(`${name} counts below zero`);
  if (type === "histogram") refuseOddBuckets(name, samples);
}

/** The buckets of each set of labels rise with their bounds, end with +Inf, and there are as many in it as are counted. */
function refuseOddBuckets(name: string, samples: readonly Sample[]): void {
  const groups = new Map<string, Sample[]>();
  for (const sample of samples) {
    const { le: _, ...labels } = sample.labels;
    const key = JSON.stringify(Object.entries(labels).sort());
    groups.set(key, [...(groups.get(key) ?? []), sample]);
  }
  for (const [key, group] of groups) {
    const buckets = group.filter((one) => one.name === `${name}_bucket`);
    const bounds = buckets.map(({ labels }) => (labels["le"] === "+Inf" ? Number.POSITIVE_INFINITY : Number(labels["le"])));
    const isRising = (values: readonly number[]) => values.every((value, index) => index === 0 || value >= (values[index - 1] ?? 0));
    const count = group.find((one) => one.name === `${name}_count`)?.value;
    const isWhole = bounds.at(-1) === Number.POSITIVE_INFINITY && buckets.at(-1)?.value === count && group.some((one) => one.name === `${name}_sum`);
    if (!isRising(bounds) || !isRising(buckets.map(({ value }) => value)) || !isWhole) throw new Error(`${name}${key} is no histogram`);
  }
}
