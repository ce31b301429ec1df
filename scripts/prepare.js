// Everything a fresh clone needs before it can run: packages, then dist/. Run as a program it adds
// the programs that only tests use; with --build-only it does not.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const stamp = join(root, "node_modules", ".rowhouse-lock");

/** Installs the packages of package-lock.json and builds, each only when something changed. */
export async function prepare() {
  if (process.env.ROWHOUSE_PREPARED) return; // a suite prepared once and runs many commands
  const lock = readFileSync(join(root, "package-lock.json"), "utf8");
  if (!existsSync(stamp) || readFileSync(stamp, "utf8") !== lock) {
    process.stderr.write("installing packages (once)\n");
    execFileSync("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], { cwd: root, stdio: ["ignore", 2, 2] });
    writeFileSync(stamp, lock);
  }
  const { build, isBuilt } = await import("./build.js");
  if (isBuilt()) return;
  process.stderr.write("building\n");
  await build();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await prepare();
  if (process.argv.includes("--build-only")) process.exit(0);
  const { prepareTests } = await import("./prepare-tests.js");
  await prepareTests();
}
