// npm run test:faults -- [FAULT-1 X1 …] [--runs N] [--seed S] [--engine E]
// Kills processes of real houses under load and compares what is there afterwards; breaks backups in every way and sees what
// is said of them. A line per run, test/results/<id>.json, exit 1 when anything was found. Without an id: the houses'. The
// TypeScript of the tests is loaded by the build tool, which is here for the board.
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { runnerImport } from "vite";

const root = fileURLToPath(new URL("..", import.meta.url));
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { runs: { type: "string" }, seed: { type: "string" }, engine: { type: "string", multiple: true } },
});
const loading = { root, configFile: false, logLevel: "error", oxc: { target: "node20" } };
const load = async (path) => (await runnerImport(join(root, path), loading)).module;
const { engineNames } = await load("src/engines/engines.ts");
const { chosen, faultIds } = await load("test/support/faults/faults.ts");
const { runSuite } = await load("test/support/faults/suite.ts");
const { backupFaultIds, runBackupSuite } = await load("test/support/faults/backups/suite.ts");

const interrupted = new AbortController();
process.once("SIGINT", () => interrupted.abort()); // a second one ends it at once, and leaves its house

const named = positionals.length === 0 ? faultIds : chosen([...faultIds, ...backupFaultIds], positionals);
const options = {
  engines: chosen(engineNames, values.engine ?? []),
  runs: values.runs === undefined ? undefined : wholeNumber("runs", values.runs),
  seed: wholeNumber("seed", values.seed ?? String(Math.floor(Math.random() * 1_000_000))),
  print: (line) => console.log(line),
  results: join(root, "test/results"),
  signal: interrupted.signal,
};
console.log(`seed ${options.seed}, ${options.runs ?? "all"} runs of each fault on each engine; run n has seed + n`);
const ofHouses = faultIds.filter((id) => named.includes(id));
const ofBackups = backupFaultIds.filter((id) => named.includes(id));
let found = 0;
if (ofHouses.length > 0) found += await runSuite({ ...options, ids: ofHouses, runs: options.runs ?? 10 });
if (ofBackups.length > 0) found += await runBackupSuite({ ...options, ids: ofBackups });
console.log(`${found} found`);
process.exitCode = interrupted.signal.aborted ? 130 : found === 0 ? 0 : 1;

function wholeNumber(name, text) {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new Error(`--${name} is ${JSON.stringify(text)}, not a whole number`);
}
