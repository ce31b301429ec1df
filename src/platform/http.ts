// One HTTP request on this machine, over TCP on loopback or a unix socket, with a deadline for the whole answer.
import { request as httpRequest } from "node:http";
import { Problem } from "../foundation/problem.ts";

export type HttpTarget = { readonly socketPath: string } | { readonly port: number };

export type HttpRequest = HttpTarget & {
  readonly method: string;
  readonly path: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Until the answer is there, whole. */
  readonly timeoutMs: number;
};

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: string;
}

const bodyLimitBytes = 10_000_000;

/** Throws RH-CONN-001 when nothing answers there, RH-TIME-001 when the answer is not whole in time. */
export async function request(options: HttpRequest): Promise<HttpAnswer> {
  const { method, path, body, headers, timeoutMs, ...target } = options;
  const where = "port" in target ? `127.0.0.1:${target.port}` : target.socketPath;
  const content = body === undefined ? undefined : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest({
      ...("port" in target ? { host: "127.0.0.1", port: target.port } : target),
      method,
      path,
      agent: false,
      headers: { host: "localhost", connection: "close", ...(content === undefined ? {} : { "content-type": "application/json" }), ...headers },
    });
    const timer = setTimeout(() => outgoing.destroy(new Problem("RH-TIME-001", `no answer from ${where} within ${timeoutMs} ms`)), timeoutMs);
    outgoing.once("close", () => clearTimeout(timer));
    outgoing.once("error", (cause) => reject(cause instanceof Problem ? cause : unreachable(where, cause)));
    outgoing.once("response", (incoming) => {
      const chunks: Buffer[] = [];
      let size = 0;
      incoming.on("data", (chunk: Buffer) => {
        size += chunk.length;
        if (size > bodyLimitBytes) outgoing.destroy(new Problem("RH-CONN-003", `the answer of ${where} is over ${bodyLimitBytes} bytes`));
        chunks.push(chunk);
      });
      incoming.once("error", (cause) => reject(cause instanceof Problem ? cause : unreachable(where, cause)));
      incoming.once("end", () =>
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: Buffer.concat(chunks).toString("utf8") }),
      );
    });
    outgoing.end(content);
  });
}

function unreachable(where: string, cause: Error): Problem {
  const code = "code" in cause ? String(cause.code) : cause.message;
  return new Problem("RH-CONN-001", `nothing answers at ${where}: ${code}`, { cause });
}
