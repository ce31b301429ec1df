// The application on a port, for what only a real connection shows: a client that reads slowly, one that goes away, a cut.
import { once } from "node:events";
import { type ClientRequest, type IncomingMessage, type RequestOptions, request } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import type { Application } from "../application.ts";

export interface Answered {
  readonly status: number;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

export async function listen(application: Application): Promise<number> {
  await application.app.listen({ port: 0, host: "127.0.0.1" });
  return (application.app.server.address() as AddressInfo).port;
}

/** A request whose body, if it has one, the caller writes. */
export function ask(port: number, path: string, options: RequestOptions = {}): ClientRequest {
  return request({ host: "127.0.0.1", port, path, agent: false, ...options });
}

/** The answer's head; its body is read as the caller wants it. */
export async function open(port: number, path: string): Promise<IncomingMessage> {
  const asked = ask(port, path);
  asked.end();
  const [answer] = (await once(asked, "response")) as [IncomingMessage];
  return answer;
}

/** The whole answer. Rejects when the connection was cut before its end. */
export async function whole(answer: IncomingMessage): Promise<Answered> {
  const body = await text(answer);
  return { status: answer.statusCode ?? 0, headers: answer.headers, body };
}

export async function get(port: number, path: string): Promise<Answered> {
  return whole(await open(port, path));
}
