// The socket on which `serve` is asked: 0600 in a directory that only its user enters. Two questions: what came of bringing the
// house up, and end.
import { createServer } from "node:http";
import { chmod } from "node:fs/promises";
import { join } from "node:path";
import type { Places } from "../operations/stack/places.ts";
import { remove } from "../platform/files.ts";
import { type HttpAnswer, request } from "../platform/http.ts";

export function controlSocket(places: Places): string {
  return join(places.run, "serve.sock");
}

/** Listens until disposed; calls `onDown` when asked to end. */
export async function listenForControl(places: Places, report: unknown, onDown: () => void): Promise<AsyncDisposable> {
  const path = controlSocket(places);
  await remove(path); // of a `serve` that was killed; the lock says that it is gone
  const server = createServer((incoming, outgoing) => {
    const asked = `${incoming.method} ${incoming.url}`;
    const status = asked === "GET /report" ? 200 : asked === "POST /down" ? 202 : 404;
    outgoing.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(status === 200 ? report : { pid: process.pid }));
    if (status === 202) onDown();
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(path, resolve);
  });
  await chmod(path, 0o600);
  return {
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** What came of bringing the house up; undefined while that is not known. */
export async function askReport<Report>(places: Places): Promise<Report | undefined> {
  const answer = await request({ socketPath: controlSocket(places), method: "GET", path: "/report", timeoutMs: 5_000 }).catch(() => undefined);
  return answer?.status === 200 ? (JSON.parse(answer.body) as Report) : undefined;
}

export async function askDown(places: Places): Promise<HttpAnswer> {
  return request({ socketPath: controlSocket(places), method: "POST", path: "/down", timeoutMs: 5_000 });
}
