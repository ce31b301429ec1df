// Sends one request over a connection that is kept, reads its answer up to a limit, and holds it against the document.
import { type Agent, request } from "node:http";
import type { Contract, Operation, Response, SchemaObject } from "./document.ts";
import type { Sent } from "./requests.ts";

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: string;
  /** False where reading ended before the answer did. */
  readonly isWhole: boolean;
}

const limitBytes = 262_144;
const waitMs = 20_000;
/** A stream that never ends is listened to for a while. */
const listenMs = 100;

export async function send(sent: Sent, to: { readonly port: number; readonly agent: Agent }): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = { host: "localhost", ...sent.headers };
    const outgoing = request({ host: "127.0.0.1", ...to, method: sent.method, path: sent.url, headers, timeout: waitMs });
    outgoing.once("timeout", () => outgoing.destroy(new Error(`no answer within ${waitMs} ms`)));
    outgoing.once("error", reject);
    outgoing.once("response", (incoming) => {
      const chunks: Buffer[] = [];
      let size = 0;
      const end = (isWhole: boolean) => {
        clearTimeout(timer);
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: Buffer.concat(chunks).toString(), isWhole });
      };
      const stop = () => {
        end(false);
        incoming.removeAllListeners("error").on("error", () => undefined);
        incoming.destroy();
      };
      const timer = setTimeout(stop, incoming.headers["content-type"]?.startsWith("text/event-stream") ? listenMs : waitMs);
      incoming.on("data", (chunk: Buffer) => {
        chunks.push(chunk);
        size += chunk.length;
        if (size > limitBytes) stop();
      });
      incoming.once("end", () => end(true));
      incoming.once("error", reject);
    });
    outgoing.end(sent.body);
  });
}

/** What is not as the document has it, in sentences. */
export function faultsOf(contract: Contract, operation: Operation, { sent, answer }: { readonly sent: Sent; readonly answer: Answer }): string[] {
  const { status } = answer;
  const documented = operation.responses[status];
  return [
    ...(status >= 500 ? [`failed with ${status}: ${answer.body.slice(0, 300)}`] : []),
    ...(sent.breach !== undefined && status < 300 ? [`took with ${status} what the document refuses (${sent.breach})`] : []),
    ...(documented
      ? [...headerFaults(contract, documented, answer), ...bodyFaults(contract, documented, answer)]
      : [`answered ${status}, undocumented`]),
  ];
}

function headerFaults(contract: Contract, { headers = {} }: Response, { status, headers: found }: Answer): string[] {
  return Object.entries(headers).flatMap(([name, { required, schema }]) => {
    const value = found[name.toLowerCase()];
    if (value === undefined) return required ? [`answered ${status} without ${name}`] : [];
    const fault = contract.fault(schema, String(value));
    return fault === undefined ? [] : [`answered ${status} with ${name}: ${value}, which ${fault}`];
  });
}

function bodyFaults(contract: Contract, { content }: Response, { status, headers, body, isWhole }: Answer): string[] {
  if (!content) return body === "" ? [] : [`answered ${status} with a body, undocumented: ${body.slice(0, 100)}`];
  const type = String(headers["content-type"]).split(";")[0] ?? "";
  const known = content[type];
  if (!known) return [`answered ${status} with ${type}, undocumented`];
  if (!isWhole && type.endsWith("json") && !type.endsWith("ndjson")) return [];
  const items = itemsOf(type, body);
  const faults = items
    ? items.map((item) => jsonFault(contract, known["x-item-schema"] ?? {}, item))
    : [type.endsWith("json") ? jsonFault(contract, known.schema, body) : contract.fault(known.schema, body)];
  return faults.filter((fault) => fault !== undefined).map((fault) => `answered ${status} with a body that ${fault}`);
}

/** The complete parts of a body that is a sequence of JSON texts, undefined for others. */
function itemsOf(type: string, body: string): readonly string[] | undefined {
  if (type === "application/x-ndjson") return body.split("\n").slice(0, -1);
  if (type !== "text/event-stream") return undefined;
  return [...body.matchAll(/^data: ?(.*)\n\n/gm)].map(([, data = ""]) => data);
}

function jsonFault(contract: Contract, schema: SchemaObject, text: string): string | undefined {
  try {
    return contract.fault(schema, JSON.parse(text));
  } catch {
    return `is not JSON: ${text.slice(0, 100)}`;
  }
}
