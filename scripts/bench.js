// npm run bench NAME [-- options]: figures as ratios between two things that are measured in one run on one machine. Each
// bench is a module of bench/ with its options and a `run`; without a name the list is shown. Ends with 1 when a request failed.
import { parseArgs } from "node:util";

const benches = {
  api: { about: "GET, list and POST through nginx, beside pooled Flask and beside the database's own limit", path: "../bench/api/main.js" },
  backup: { about: "take, restore and prove 845 MB, beside the engines' own programs and mydumper", path: "../bench/backup/main.js" },
  start: { about: "`up` from nothing and again, beside the engine's own programs", path: "../bench/start/main.js" },
  web: { about: "the board with 10,000 tasks: first view, INP, long tasks while scrolling, size of its JavaScript", path: "../bench/web/main.js" },
};

const [name, ...rest] = process.argv.slice(2);
if (name === undefined || !Object.hasOwn(benches, name)) {
  for (const [known, { about }] of Object.entries(benches)) console.log(`npm run bench ${known.padEnd(6)} ${about}`);
  process.exit(2);
}
const stop = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => stop.abort(new Error("interrupted")));
process.env.ROWHOUSE_PREPARED = "1"; // built before this script: a build must not run inside a measurement
const { options, run } = await import(benches[name].path);
process.exitCode = await run(parseArgs({ args: rest, options }).values, stop.signal).catch((thrown) => {
  console.error(thrown instanceof Error ? `${thrown.message}${thrown.hint ? `\n${thrown.hint}` : ""}` : thrown);
  return 1;
});
