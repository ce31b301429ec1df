// Holds a running server to its OpenAPI document: so many generated requests for every operation, in an order that mixes them, so
// that what one makes another one finds, changes and removes. What is found is a sentence with the request that shows it.
import { Agent } from "node:http";
import fc from "fast-check";
import { type Answer, faultsOf, send } from "./answers.ts";
import { type Contract, contractOf, type Document, type Operation } from "./document.ts";
import { Memory } from "./memory.ts";
import { draftsOf, type Sent, settle } from "./requests.ts";

export interface Play {
  readonly document: Document;
  /** Of the server, on loopback. */
  readonly port: number;
  readonly seed: number;
  /** Requests for each operation. */
  readonly size: number;
  readonly signal?: AbortSignal;
  readonly print?: (line: string) => void;
}

export interface Played {
  /** Requests that were sent. */
  readonly N: number;
  readonly found: readonly string[];
  /** How often each operation answered with which status. */
  readonly statuses: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

type Turn = { readonly operation: Operation; readonly draft: Parameters<typeof settle>[2] };

const atOnce = 4;
/** The same fault is told this often. */
const toldPerFault = 3;

export async function play({ document, port, seed, size, signal, print = () => undefined }: Play): Promise<Played> {
  const contract = contractOf(document);
  const turns = turnsOf(contract, { seed, size });
  const agent = new Agent({ keepAlive: true, maxSockets: atOnce });
  const memory = new Memory();
  const notes = new Notes(contract.operations);
  let next = 0;
  const player = async () => {
    for (let turn = turns[next++]; turn && !signal?.aborted; turn = turns[next++]) {
      await take(contract, turn, { port, agent, memory, notes });
      if (next % 5_000 === 0) print(`${next} of ${turns.length} requests, ${notes.found.length} found`);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, player));
  agent.destroy();
  return { N: notes.N, found: [...notes.found, ...notes.unanswered()], statuses: notes.statuses };
}

/** Every operation in turn, those that make something first, so that the others have something to work on. */
function turnsOf(contract: Contract, { seed, size }: { readonly seed: number; readonly size: number }): readonly Turn[] {
  const rank = (operation: Operation) => ["POST", "GET", "HEAD", "PATCH", "PUT", "DELETE"].indexOf(operation.method);
  const operations = [...contract.operations].sort((left, right) => rank(left) - rank(right));
  const drafts = operations.map((operation, index) => fc.sample(draftsOf(contract, operation), { numRuns: size, seed: seed + index }));
  return Array.from({ length: size }, (_, round) =>
    operations.map((operation, index) => ({ operation, draft: drafts[index]?.[round] as Turn["draft"] })),
  ).flat();
}

interface Table {
  readonly port: number;
  readonly agent: Agent;
  readonly memory: Memory;
  readonly notes: Notes;
}

async function take(contract: Contract, { operation, draft }: Turn, { port, agent, memory, notes }: Table): Promise<void> {
  const sent = settle(contract, operation, draft, memory);
  try {
    const answer = await send(sent, { port, agent });
    notes.answered(operation, answer.status);
    for (const fault of faultsOf(contract, operation, { sent, answer })) notes.note(operation, sent, fault);
    learn(memory, operation, { sent, answer });
  } catch (thrown) {
    notes.note(operation, sent, `got no answer: ${thrown instanceof Error ? thrown.message : String(thrown)}`);
  }
}

function learn(memory: Memory, { collection, method }: Operation, { sent, answer }: { readonly sent: Sent; readonly answer: Answer }): void {
  if (answer.status >= 300) return;
  const isJson = String(answer.headers["content-type"]).startsWith("application/json");
  if (isJson && answer.isWhole && answer.body !== "") memory.learn(collection, JSON.parse(answer.body));
  if (method === "DELETE") memory.forget(collection, sent.id);
}

class Notes {
  readonly found: string[] = [];
  readonly statuses: Record<string, Record<string, number>> = {};
  readonly #told = new Map<string, number>();
  N = 0;

  constructor(operations: readonly Operation[]) {
    for (const { operationId } of operations) this.statuses[operationId] = {};
  }

  answered({ operationId }: Operation, status: number): void {
    this.N++;
    const counts = this.statuses[operationId] as Record<string, number>;
    counts[status] = (counts[status] ?? 0) + 1;
  }

  note({ operationId }: Operation, sent: Sent, fault: string): void {
    const kind = `${operationId} ${fault.slice(0, 40)}`;
    const times = (this.#told.get(kind) ?? 0) + 1;
    this.#told.set(kind, times);
    if (times <= toldPerFault) this.found.push(`${operationId} ${fault}; sent: ${described(sent)}`);
  }

  unanswered(): readonly string[] {
    const isGood = (counts: Readonly<Record<string, number>>) => Object.keys(counts).some((status) => status.startsWith("2"));
    return Object.entries(this.statuses).flatMap(([operation, counts]) => (isGood(counts) ? [] : [`${operation} was never answered 2xx`]));
  }
}

function described({ method, url, headers, body }: Sent): string {
  const rest = Object.entries(headers).map(([name, value]) => `${name}: ${value.slice(0, 80)}`);
  return [method, url.slice(0, 300), ...rest, JSON.stringify(body?.toString().slice(0, 400) ?? "")].join(" | ");
}
