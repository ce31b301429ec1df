// What a bench compares with, from Debian's packages; services are not started by installing.
import { installPackages } from "../../dist/operations/stack/install.js";
import { findProgram } from "../../dist/platform/tools.js";
import { isRoot } from "../../dist/platform/users.js";
import { runAnyway } from "../../dist/platform/processes.js";
import { context } from "./scope.js";

/** A package, and an argv that ends with 0 when it is there; a bare name is a program on PATH. */
const known = {
  wrk: "wrk",
  nginx: "nginx",
  gunicorn: "gunicorn",
  sysbench: "sysbench",
  zstd: "zstd",
  mydumper: "mydumper",
  "python3-flask": ["/usr/bin/python3", "-c", "import flask"],
  "python3-psycopg2": ["/usr/bin/python3", "-c", "import psycopg2"],
  "python3-mysqldb": ["/usr/bin/python3", "-c", "import MySQLdb"],
};

/** @param {readonly (keyof typeof known)[]} packages @param {AbortSignal} signal */
export async function ensurePackages(packages, signal) {
  const missing = [];
  for (const name of packages) if (!(await isThere(known[name]))) missing.push(name);
  if (missing.length === 0) return;
  if (!isRoot()) throw new Error(`as root: apt-get install --no-install-recommends ${missing.join(" ")}`);
  process.stderr.write(`installing ${missing.join(", ")}\n`);
  await installPackages(context, missing, signal);
}

async function isThere(probe) {
  if (typeof probe === "string") return (await findProgram(context, probe)) !== undefined;
  const { exitCode } = await runAnyway({ argv: probe, timeoutMs: 30_000 }).catch(() => ({ exitCode: 1 }));
  return exitCode === 0;
}
