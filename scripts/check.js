// Everything that can be known without a server, in the order of its cost: format, lint, types, tidy, knip, unit. One line
// each with its time; stops at the first red one, shows what it said and exits with 1.
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const program = (path, ...args) => [process.execPath, join(root, "node_modules", path), ...args];
const biome = (...args) => program("@biomejs/biome/bin/biome", ...args, "--colors=off", "--max-diagnostics=5");
const types = (...args) => program("typescript/bin/tsc", "--noEmit", ...args);
const vitest = (...args) => program("vitest/vitest.mjs", "run", "--project", "unit", ...args);

/** Projects with a tsconfig.json of their own, beside the root's. */
const typedDirectories = ["web", "test"].filter((directory) => existsSync(join(root, directory, "tsconfig.json")));

const steps = [
  { title: "format", runs: [biome("format", ".")] },
  { title: "lint", runs: [biome("lint", "--error-on-warnings", ".")] },
  { title: "types", runs: [types(), ...typedDirectories.map((directory) => types("-p", directory))] },
  { title: "tidy", runs: [vitest("test/tidy")] },
  { title: "knip", runs: [program("knip/bin/knip.js", "--no-progress")] },
  { title: "unit", runs: [vitest("test/unit")] },
];

for (const step of steps) await check(step);
const { dependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
console.log(`${Object.keys(dependencies).length} runtime dependencies: ${Object.keys(dependencies).join(", ")}`);

async function check({ title, runs }) {
  const began = performance.now();
  for (const argv of runs) {
    const { exitCode, output } = await run(argv);
    if (exitCode === 0) continue;
    console.log(`${title.padEnd(8)}RED   ${took(began)}\n\n${output.trim()}\n\nRun it alone: node ${argv.slice(1).join(" ").replaceAll(root, "")}`);
    process.exit(1);
  }
  console.log(`${title.padEnd(8)}green ${took(began)}`);
}

function took(began) {
  return `${((performance.now() - began) / 1000).toFixed(1)} s`.padStart(7);
}

function run([file, ...args]) {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { cwd: root, stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, NO_COLOR: "1" } });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += chunk));
    child.once("error", reject);
    child.once("close", (exitCode) => resolve({ exitCode, output }));
  });
}
