// npm run test:scene -- NAME [--engine E] [--seed S] [--size N] [--minutes M]
// The long tests of the application, each a file of test/scenes/ that exports `run`: prints what it does, and writes
// test/results/NAME.json with the seed, how many cases there were and what was found. Exit 1 when anything was found.
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { runnerImport } from "vite";

const root = fileURLToPath(new URL("..", import.meta.url));
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    engine: { type: "string", multiple: true, default: ["postgres", "mariadb"] },
    seed: { type: "string" },
    size: { type: "string" },
    minutes: { type: "string" },
  },
});
const scenes = readdirSync(join(root, "test/scenes"))
  .filter((name) => name.endsWith(".ts"))
  .map((name) => name.slice(0, -3));
const unknown = positionals.filter((name) => !scenes.includes(name));
if (positionals.length === 0 || unknown.length > 0) {
  console.error(`scenes: ${scenes.join(", ")}${unknown.length > 0 ? `; not ${unknown.join(", ")}` : ""}`);
  process.exit(2);
}

const interrupted = new AbortController();
process.once("SIGINT", () => interrupted.abort()); // a second one ends it at once
const seed = wholeNumber("seed", values.seed) ?? Math.floor(Math.random() * 1_000_000);
let found = 0;
for (const name of positionals) found += await play(name);
console.log(`${found} found`);
process.exitCode = found === 0 ? 0 : 1;

async function play(name) {
  const loading = { root, configFile: false, logLevel: "error", oxc: { target: "node20" } };
  const { run } = (await runnerImport(join(root, "test/scenes", `${name}.ts`), loading)).module;
  const results = [];
  for (const engine of values.engine) {
    console.log(`${name} on ${engine}, seed ${seed}`);
    const options = { engine, seed, size: wholeNumber("size", values.size), minutes: wholeNumber("minutes", values.minutes) };
    const result = await run({ ...options, print: (line) => console.log(`  ${line}`), signal: interrupted.signal });
    results.push({ engine, seed, ...result });
    console.log(`  N ${result.N}, found ${result.found.length}`);
  }
  mkdirSync(join(root, "test/results"), { recursive: true });
  writeFileSync(join(root, "test/results", `${name}.json`), `${JSON.stringify(results, null, 2)}\n`);
  return results.reduce((sum, result) => sum + result.found.length, 0);
}

function wholeNumber(name, text) {
  if (text === undefined) return undefined;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new Error(`--${name} is ${JSON.stringify(text)}, not a whole number`);
}
