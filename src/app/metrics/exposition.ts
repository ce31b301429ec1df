// Prometheus' text format, version 0.0.4. Source: prometheus.io/docs/instrumenting/exposition_formats
import { catalogue, type FamilyName } from "./catalogue.ts";

export const expositionType = "text/plain; version=0.0.4; charset=utf-8";

type Labels = Readonly<Record<string, string>>;

export interface Sample {
  readonly labels?: Labels;
  readonly value: number;
}

export interface HistogramSample {
  readonly labels?: Labels;
  /** Not cumulated, one for each bound and one for what is beyond the last. */
  readonly counts: ArrayLike<number>;
  readonly sum: number;
}

export type Figures = Readonly<
  Record<FamilyName, number | readonly Sample[] | { readonly bounds: readonly number[]; readonly of: readonly HistogramSample[] }>
>;

/** Every figure, with `shared` beside its own labels. */
export function expose(figures: Figures, shared: Labels): string {
  const lines: string[] = [];
  for (const [name, found] of Object.entries(figures)) {
    const { help, type } = catalogue[name as FamilyName];
    lines.push(`# HELP ${name} ${help.replaceAll("\\", "\\\\").replaceAll("\n", "\\n")}`, `# TYPE ${name} ${type}`);
    if (typeof found === "number") lines.push(line(name, shared, found));
    else if ("of" in found) lines.push(...found.of.flatMap((one) => histogram(name, found.bounds, { ...one, labels: { ...shared, ...one.labels } })));
    else lines.push(...found.map(({ labels, value }) => line(name, { ...shared, ...labels }, value)));
  }
  return `${lines.join("\n")}\n`;
}

function histogram(name: string, bounds: readonly number[], { labels = {}, counts, sum }: HistogramSample): readonly string[] {
  let total = 0;
  const buckets = [...bounds.map(String), "+Inf"].map((le, index) => {
    total += counts[index] ?? 0;
    return line(`${name}_bucket`, { ...labels, le }, total);
  });
  return [...buckets, line(`${name}_sum`, labels, sum), line(`${name}_count`, labels, total)];
}

function line(name: string, labels: Labels, value: number): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${text.replaceAll(/["\\]/g, "\\$&").replaceAll("\n", "\\n")}"`);
  return `${name}${pairs.length > 0 ? `{${pairs.join(",")}}` : ""} ${Number.isFinite(value) ? value : "NaN"}`;
}
