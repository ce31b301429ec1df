// The load at a fixed rate: each request goes out when it is due, and its time is counted from then.
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { openLoop, percentile } from "../../../bench/load/open-loop.js";

describe("a load at a fixed rate", () => {
  let server: Server;
  afterEach(() => server.close());

  const loadOf = async (answerAfterMs: (index: number) => number) => {
    let asked = 0;
    server = createServer((_request, response) => {
      setTimeout(() => response.end("done"), answerAfterMs(asked++));
    });
    await once(server.listen(0, "127.0.0.1"), "listening");
    const { port } = server.address() as AddressInfo;
    const request = () => ({ bytes: "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", kind: "get" });
    return openLoop({ port, perSecond: 5, seconds: 1, request, signal: new AbortController().signal });
  };

  test("sends no request an interval late", async () => {
    const answered = await loadOf(() => 0);
    expect(answered.map(({ status }) => status)).toStrictEqual([200, 200, 200, 200, 200]);
    expect(
      percentile(
        answered.map(({ ms }) => ms),
        0.5,
      ),
    ).toBeLessThan(100);
  });

  test("does not wait for an answer that is late", async () => {
    const answered = await loadOf((index) => (index === 0 ? 700 : 0));
    const inOrder = answered.toSorted((one, other) => one.dueSeconds - other.dueSeconds);
    expect(inOrder[0]?.ms).toBeGreaterThan(600);
    expect(inOrder.slice(1).filter(({ ms }) => ms < 150)).toHaveLength(4);
  });
});
