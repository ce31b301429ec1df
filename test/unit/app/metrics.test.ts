// The parts of the figures that need no server: the window that moves, the text format, and the page that lists the metrics.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { catalogue, type Family } from "../../../src/app/metrics/catalogue.ts";
import { expose, type Figures } from "../../../src/app/metrics/exposition.ts";
import { RecentRequests } from "../../../src/app/metrics/recent.ts";
import { readExposition } from "../../support/exposition.ts";

const second = 1_000;

describe("the last five minutes", () => {
  test("hold what was added, to a twentieth", () => {
    const recent = new RecentRequests(-300_000);
    for (const ms of [0, 0.05, 1, 9.9, 11, 250, 4_500, 3_600_000]) recent.add({ ms, isError: ms === 250, nowMs: 0 });
    const { seconds, requests, errors, took } = recent.read(0);
    expect({ seconds, requests, errors }).toStrictEqual({ seconds: 300, requests: 8, errors: 1 });
    expect(took.map((one) => one.requests)).toStrictEqual([2, 1, 1, 1, 1, 1, 1]);
    for (const [index, ms] of [0.05, 1, 9.9, 11, 250, 4_500].entries()) {
      const bound = took[index]?.up_to_ms ?? Number.NaN;
      expect(bound).toBeGreaterThanOrEqual(ms);
      expect(bound).toBeLessThanOrEqual(Math.max(ms * 1.0501, 0.1));
    }
  });

  test("forget what is older, and nothing that is not", () => {
    const recent = new RecentRequests(-300_000);
    for (let at = 0; at < 1_000; at++) recent.add({ ms: 1, isError: at % 2 === 0, nowMs: at * second });
    const { requests, errors } = recent.read(999 * second);
    expect(requests).toBe(310); // thirty slices and the one that runs
    expect(errors).toBe(155);
    expect(recent.read(1_500 * second)).toMatchObject({ requests: 0, errors: 0, took: [] });
    recent.add({ ms: 1, isError: false, nowMs: 2_000 * second });
    expect(recent.read(2_000 * second)).toMatchObject({ requests: 1, errors: 0 });
  });
});

describe("the text format", () => {
  const figures = (label: string, value: number) =>
    ({
      rowhouse_build_info: [{ labels: { version: label, node: "1" }, value }],
      rowhouse_http_request_duration_seconds: { bounds: [0.1, 1], of: [{ counts: [1, 0, 2], sum: 9.5 }] },
    }) as unknown as Figures;

  test.each(["plain", 'a "quoted" one', "a \\ backslash", "two\nlines", "é 🙂"])("carries the label %j there and back", (label) => {
    const families = readExposition(expose(figures(label, 1), { instance: label }));
    expect(families["rowhouse_build_info"]?.samples[0]?.labels).toStrictEqual({ instance: label, version: label, node: "1" });
  });

  test.each([0, 1, -1, 0.1, 1e21, 1e-9, Number.NaN, 2 ** 53])("carries the value %d there and back", (value) => {
    expect(readExposition(expose(figures("x", value), {}))["rowhouse_build_info"]?.samples[0]?.value).toBe(value);
  });

  test("adds up the buckets of a histogram", () => {
    const { samples = [] } = readExposition(expose(figures("x", 1), {}))["rowhouse_http_request_duration_seconds"] ?? {};
    expect(samples.map(({ name, labels, value }) => [name.split("_").at(-1), labels["le"], value])).toStrictEqual([
      ["bucket", "0.1", 1],
      ["bucket", "1", 1],
      ["bucket", "+Inf", 3],
      ["sum", undefined, 9.5],
      ["count", undefined, 3],
    ]);
  });

  test.each([
    ["a line without an end", "# HELP a b\n# TYPE a gauge\na 1"],
    ["a type that is none", "# HELP a b\n# TYPE a number\na 1\n"],
    ["a sample without a family", "a 1\n"],
    ["a sample of another family", "# HELP a b\n# TYPE a gauge\nb 1\n"],
    ["a sample twice", "# HELP a b\n# TYPE a gauge\na 1\na 1\n"],
    ["a label that is not quoted", "# HELP a b\n# TYPE a gauge\na{c=d} 1\n"],
    ["a quote inside a label", '# HELP a b\n# TYPE a gauge\na{c="d"e"} 1\n'],
    ["a value that is none", "# HELP a b\n# TYPE a gauge\na one\n"],
    ["a counter of another name", "# HELP a b\n# TYPE a counter\na 1\n"],
    ["buckets that fall", '# HELP a b\n# TYPE a histogram\na_bucket{le="1"} 2\na_bucket{le="+Inf"} 1\na_sum 1\na_count 1\n'],
    ["buckets without a last one", '# HELP a b\n# TYPE a histogram\na_bucket{le="1"} 2\na_sum 1\na_count 2\n'],
  ])("is not %s: the reader of these tests refuses it", (_what, text) => {
    expect(() => readExposition(text)).toThrow();
  });
});

describe("docs/reference/metrics.md", () => {
  const page = readFileSync(new URL("../../../docs/reference/metrics.md", import.meta.url), "utf8");

  test("has a row for each metric, as the catalogue has it, and no other", () => {
    expect(rowsOf(page)).toStrictEqual(Object.entries(catalogue).map(([name, family]) => rowOf(name, family)));
  });

  test("differs when a metric is on one side only", () => {
    expect(rowsOf(`${page}\n| \`rowhouse_planted_total\` | counter | | planted |`)).not.toStrictEqual(rowsOf(page));
  });
});

function rowOf(name: string, { type, labels, help }: Family): string {
  return `| \`${name}\` | ${type} | ${labels.map((label) => `\`${label}\``).join(", ")} | ${help} |`;
}

function rowsOf(page: string): readonly string[] {
  return page.split("\n").filter((line) => line.startsWith("| `"));
}
