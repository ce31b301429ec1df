// One HTTP request with a deadline for the whole answer: on this machine, over TCP on loopback or a unix socket, or to an address
// elsewhere, of which only the host is ever named. Redirects are answers like others.
import { request as httpRequest } from "node:http";
import { request as httpsRequest } from "node:https";
import { Problem } from "../foundation/problem.ts";

export type HttpTarget = { readonly socketPath: string } | { readonly port: number } | { readonly url: URL };

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
  const { where, host, place, send } = addressOf(target);
  const content = body === undefined ? undefined : JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const outgoing = send({
      ...place,
      method,
      path,
      agent: false,
      headers: { host, connection: "close", ...(content === undefined ? {} : { "content-type": "application/json" }), ...headers },
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

function addressOf(target: HttpTarget) {
  if ("port" in target)
    return { where: `127.0.0.1:${target.port}`, host: "localhost", place: { host: "127.0.0.1", port: target.port }, send: httpRequest };
  if ("socketPath" in target) return { where: target.socketPath, host: "localhost", place: { socketPath: target.socketPath }, send: httpRequest };
  const { host, hostname, port, protocol } = target.url;
  const place = { host: hostname.replace(/^\[|\]$/g, ""), ...(port === "" ? {} : { port: Number(port) }) };
  return { where: host, host, place, send: protocol === "https:" ? httpsRequest : httpRequest };
}

function unreachable(where: string, cause: Error): Problem {
  const code = "code" in cause ? String(cause.code) : cause.message;
  return new Problem("RH-CONN-001", `nothing answers at ${where}: ${code}`, { cause });
}
