// Contenders that speak HTTP: 32 keep-alive connections by wrk, one thread of it, since it shares the cores with what it asks.
import { fileURLToPath } from "node:url";
import { request } from "../../dist/platform/http.js";
import { run } from "../../dist/platform/processes.js";
import { findProgram } from "../../dist/platform/tools.js";
import { context } from "../support/scope.js";
import { posted } from "./cases.js";

const script = fileURLToPath(new URL("tasks.lua", import.meta.url));
const connections = 32;

/** @param {{ readonly url: string, readonly range: { readonly first: number, readonly last: number }, readonly signal: AbortSignal }} options */
export function measureHttp({ url, range, signal }) {
  return async ({ name, seconds, seed }) => {
    const wrk = await findProgram(context, "wrk");
    const load = ["-t1", `-c${connections}`, `-d${seconds}s`, "--timeout", "5s", "-s", script, url];
    const { stdout } = await run({
      argv: [wrk, ...load, "--", name, String(range.first), String(range.last), String(seed), JSON.stringify(posted)],
      timeoutMs: (seconds + 30) * 1_000,
      signal,
    });
    const { requests, micros, p50Micros, p99Micros, errors } = JSON.parse(stdout.trim().split("\n").at(-1));
    return {
      rate: (requests - errors.status) / (micros / 1e6),
      p50Ms: p50Micros / 1e3,
      p99Ms: p99Micros / 1e3,
      errors: sumOf(errors),
      errorKinds: errors,
    };
  };
}

function sumOf(errors) {
  return Object.values(errors).reduce((sum, count) => sum + count, 0);
}

/** Refuses to measure what does not answer rightly: a wrong answer can be fast. */
export async function checkAnswers({ title, port, range }) {
  const ask = async (method, path, body) => {
    const answer = await request({ port, method, path, timeoutMs: 5_000, ...(body ? { body } : {}) });
    return { status: answer.status, json: JSON.parse(answer.body) };
  };
  const one = await ask("GET", `/api/tasks/${range.last}`);
  const list = await ask("GET", "/api/tasks?limit=20&status=active");
  const made = await ask("POST", "/api/tasks", posted);
  const ids = list.json.tasks?.map(({ id }) => id) ?? [];
  const isRight =
    one.json.task?.id === range.last &&
    one.json.task.version === 1 &&
    ids.length === 20 &&
    ids.every((id, index) => index === 0 || id > ids[index - 1]) &&
    list.json.tasks.every(({ status }) => status === "active") &&
    made.status === 201 &&
    made.json.task.id > range.last;
  if (!isRight) throw new Error(`${title} answers wrongly: ${JSON.stringify([one, ids, made]).slice(0, 500)}`);
}
