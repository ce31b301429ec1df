// The suites by what they need: `unit` no server, `engines` real servers, `browser` a browser too, on both engines, `faults` kill
// points and injected failures. A plain `vitest run` runs all of them; `matrix` is the engines suites over every engine version,
// and exists only with ROWHOUSE_MATRIX=full. The machine has two cores: a browser takes one, and suites with servers mostly wait.
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const minute = 60_000;
const engines = ["test/engines/**/*.test.ts", "test/app/**/*.test.ts", "test/stories/**/*.test.ts"];

/** Suites that take long: of each row so many come with a run, by the hour; `ROWHOUSE_SUITES=full` runs all. */
const long: readonly { readonly atOnce: number; readonly suites: readonly string[] }[] = [
  {
    atOnce: 1,
    suites: ["all", "base", "by-hand", "everything", "monitor", "owner", "prune", "remote", "sample"].map((name) => `engines/backup-${name}`),
  },
  { atOnce: 3, suites: ["contract", "faults", "late-writes", "model", "process", "transfer-faults"].map((name) => `app/${name}`) },
  { atOnce: 2, suites: ["obstacles", "status", "terminal", "trace"].map((name) => `stories/${name}`) },
];
const hour = Math.floor(Date.now() / 3_600_000);
const isNow = (index: number, { atOnce, suites }: (typeof long)[number]) => (index + hour) % Math.ceil(suites.length / atOnce) === 0;
const notNow =
  process.env["ROWHOUSE_SUITES"] === "full"
    ? []
    : long.flatMap((row) => row.suites.filter((_suite, index) => !isNow(index, row)).map((suite) => `test/${suite}.test.ts`));

/** Backups are signed by a key of the tests, never by that of the machine. */
const keys = { ROWHOUSE_KEYS: fileURLToPath(new URL("node_modules/.rowhouse-keys", import.meta.url)) };

const project = (name: string, include: readonly string[], timeoutMs: number, exclude: readonly string[] = []) => ({
  test: {
    name,
    include: [...include],
    exclude: [...exclude],
    env: keys,
    testTimeout: timeoutMs,
    hookTimeout: timeoutMs,
    teardownTimeout: minute,
    maxWorkers: 4, // they use half of two processors when there are three
    sequence: { groupOrder: 0 },
  },
});

/** The board on a house of its own, which stands while the suites run. */
const browser = (name: string, include: readonly string[]) => ({
  test: {
    ...project(name, include, 3 * minute).test,
    expect: { poll: { timeout: 15_000 } }, // as long as the browser's own waits; one second is short on a machine that is busy
    globalSetup: "test/browser/house.ts",
    maxWorkers: 2,
    sequence: { groupOrder: 1 },
  },
});

const everyPage = ["test/browser/**/*.test.ts"];
/** Looks, keys and what happens without an answer do not depend on the engine; `ROWHOUSE_BROWSER=full` tries that twice too. */
const whatMeetsTheServer = ["board", "journey", "live"].map((name) => `test/browser/${name}.test.ts`);

const projects = [
  project("unit", ["test/tidy/**/*.test.ts", "test/unit/**/*.test.ts"], minute),
  project("engines", engines, 3 * minute, notNow),
  browser("browser postgres", everyPage),
  browser("browser mariadb", process.env["ROWHOUSE_BROWSER"] === "full" ? everyPage : whatMeetsTheServer),
  project("faults", ["test/faults/**/*.test.ts"], 20 * minute),
];

const matrix = project("matrix", ["test/matrix/**/*.test.ts", ...engines], 10 * minute);

export default defineConfig({
  test: {
    projects: process.env["ROWHOUSE_MATRIX"] === "full" ? [matrix] : projects,
    allowOnly: false,
    maxConcurrency: 3, // of one file, where its tests say that they may
    sequence: { hooks: "stack" },
  },
});
