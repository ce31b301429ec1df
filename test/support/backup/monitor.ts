// A monitor as healthchecks.io is one: an HTTP server on this machine that writes down who called, and answers as it is told to.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

export interface Monitor extends AsyncDisposable {
  /** With a word that must not be seen anywhere. */
  readonly address: string;
  readonly secret: string;
  /** `GET /ping/…`, in their order. */
  readonly heard: readonly string[];
  /** How it answers the next calls, one after the other, the last one for ever; 0 is never. */
  answers: number[];
}

export async function startMonitor(): Promise<Monitor> {
  const heard: string[] = [];
  const secret = "canary-4711";
  const server = createServer((incoming, outgoing) => {
    heard.push(`${incoming.method} ${incoming.url}`);
    const [status = 200] = monitor.answers.length > 1 ? monitor.answers.splice(0, 1) : monitor.answers;
    if (status > 0) outgoing.writeHead(status).end("OK");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const monitor: Monitor = {
    address: `http://127.0.0.1:${port}/ping/${secret}?from=here`,
    secret,
    heard,
    answers: [200],
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      if (server.listening) await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
  return monitor;
}
