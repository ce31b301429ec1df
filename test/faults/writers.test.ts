// The writing clients: what counts as acknowledged, what as "not now", and what nothing excuses. Against a small server that
// answers as it is told.
import { createServer, type ServerResponse } from "node:http";
import { mkdtempSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Written } from "../support/faults/compare.ts";
import { openWriteLog, type WriteLog } from "../support/faults/write-log.ts";
import { emptyTally, storm, type Tally, writeAgain } from "../support/writers.ts";

type Answering = (outgoing: ServerResponse, title: string, key: unknown) => unknown;

/** Two clients, two writes each. */
async function write(
  answering: Answering,
  then?: (port: number, log: WriteLog) => Promise<void>,
): Promise<{ readonly tally: Tally; readonly written: Written }> {
  const server = createServer((incoming, outgoing) => {
    incoming.once("data", (chunk: Buffer) =>
      answering(outgoing, (JSON.parse(chunk.toString()) as { title: string }).title, incoming.headers["idempotency-key"]),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const directory = mkdtempSync(join(tmpdir(), "rowhouse-writes-"));
  using log = openWriteLog(join(directory, "writes.jsonl"));
  const tally = emptyTally();
  const { port } = server.address() as AddressInfo;
  await storm({ port, clients: 2, writesEach: 2, label: "try", log, tally });
  await then?.(port, log);
  const written = log.read();
  server.closeAllConnections();
  server.close();
  rmSync(directory, { recursive: true });
  return { tally, written };
}

const created = (outgoing: ServerResponse, title: string) => outgoing.writeHead(201).end(JSON.stringify({ task: { id: 7, title } }));

describe("a client that writes", () => {
  test("counts and logs what was acknowledged, each title once", async () => {
    const { tally, written } = await write(created);
    expect(tally).toMatchObject({ attempted: 4, acknowledged: 4, unavailable: {}, wrong: {} });
    expect([...written.attempted].sort()).toEqual(["try 1.1", "try 1.2", "try 2.1", "try 2.2"]);
    expect([...written.acknowledged.keys()].sort()).toEqual([...written.attempted].sort());
  });

  test("takes 503 with Retry-After for unknown and does not repeat it", async () => {
    const { tally, written } = await write((outgoing) => outgoing.writeHead(503, { "retry-after": "1" }).end('{"code":"RH-CONN-003"}'));
    expect(tally).toMatchObject({ attempted: 4, acknowledged: 0, unavailable: { "503 RH-CONN-003": 4 }, wrong: {} });
    expect(written.attempted.size).toBe(4);
    expect(written.acknowledged.size).toBe(0);
  });

  test("sends what was not acknowledged again under the same key, until it is", async () => {
    const keys: unknown[] = [];
    const again = emptyTally();
    const answering: Answering = (outgoing, title, key) => {
      keys.push(key);
      if (keys.filter((one) => one === key).length < 3) outgoing.writeHead(503, { "retry-after": "1" }).end('{"code":"RH-CONN-004"}');
      else created(outgoing, title);
    };
    const { written } = await write(answering, (port, log) => writeAgain({ port, log, tally: again }, ["try 1.1", "try 1.2", "try 2.1", "try 2.2"]));
    expect(again).toMatchObject({ attempted: 8, acknowledged: 4, unavailable: { "503 RH-CONN-004": 4 }, wrong: {} });
    expect([...written.acknowledged.keys()].sort()).toEqual([...written.attempted].sort());
    expect([...new Set(keys)].sort()).toEqual(["try%201.1", "try%201.2", "try%202.1", "try%202.2"]);
  });

  test.each<[string, Answering]>([
    ["503 RH-CONN-003 without Retry-After", (outgoing) => outgoing.writeHead(503).end('{"code":"RH-CONN-003"}')],
    ["500 RH-BUG-001", (outgoing) => outgoing.writeHead(500).end('{"code":"RH-BUG-001"}')],
    ["broken connection: ECONNRESET", (outgoing) => outgoing.destroy()],
    ['201 {"task":{"id":7,"title":"another"}}', (outgoing) => created(outgoing, "another")],
  ])("does not excuse %s", async (seen, answering) => {
    const { tally, written } = await write(answering);
    expect(tally).toMatchObject({ acknowledged: 0, unavailable: {}, wrong: { [seen]: 4 } });
    expect(written.acknowledged.size).toBe(0);
  });

  test("does not excuse half an answer", async () => {
    const { tally } = await write((outgoing) => outgoing.writeHead(201, { "content-length": "90" }).write("{", () => outgoing.destroy()));
    expect(tally).toMatchObject({ acknowledged: 0, wrong: { "broken answer: ECONNRESET": 4 } });
  });

  test("does not wait for an answer for ever", async () => {
    const { tally } = await write(() => undefined);
    expect(tally).toMatchObject({ acknowledged: 0, wrong: { "no answer within 5000 ms": 4 } });
  });
});
