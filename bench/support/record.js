// The record of a run: every sample, and what is needed to judge it or to repeat it. Goes to bench/results/, outside of git.
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus, loadavg, release, totalmem } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Takes the machine's load before the bench adds its own. */
export function openRecord() {
  const startedAt = new Date();
  const [loadBefore] = loadavg();
  return { startedAt: startedAt.toISOString(), loadBefore, commit: commit(), node: process.versions.node, machine: machine() };
}

function machine() {
  const all = cpus();
  return { cores: all.length, model: all[0]?.model ?? "unknown", memoryGb: Math.round(totalmem() / 1e9), kernel: release() };
}

/** @param {string} name @param {{ readonly startedAt: string }} record @returns {string} the path that was written */
export function writeRecord(name, record) {
  const directory = join(root, "bench", "results");
  mkdirSync(directory, { recursive: true });
  const path = join(directory, `${name}-${record.startedAt.slice(0, 19).replaceAll(":", "")}.json`);
  const [loadAfter] = loadavg();
  writeFileSync(path, `${JSON.stringify({ ...record, loadAfter }, undefined, 2)}\n`);
  return path;
}

function commit() {
  const git = (...args) => execFileSync("git", args, { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  try {
    return `${git("rev-parse", "--short", "HEAD")}${git("status", "--porcelain", "--", "src") === "" ? "" : ", src changed since"}`;
  } catch {
    return "unknown"; // not a checkout
  }
}
