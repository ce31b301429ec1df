// Who has a port, and which port is free.
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { describe, expect, test } from "vitest";
import { holderOf, isPortFree, listenersOn, nextFreePort } from "../../../src/platform/network.ts";

describe("a port that is taken", () => {
  test.each(["127.0.0.1", "0.0.0.0", "::1"])("on %s names its holder", async (host) => {
    await using taken = await listen(host);
    expect(await listenersOn(taken.port)).toEqual([process.pid]);
    expect(await holderOf(taken.port)).toMatch(new RegExp(`^pid ${process.pid} \\(.*node`));
  });

  test("is not free, and the next free one lies above it", async () => {
    await using taken = await listen("127.0.0.1");
    expect(await isPortFree("127.0.0.1", taken.port)).toBe(false);
    expect(await nextFreePort("127.0.0.1", taken.port)).toBeGreaterThan(taken.port);
  });
});

describe("a port that is free", () => {
  test("stays free when it was looked at", async () => {
    const port = await portOnceTaken();
    expect([await isPortFree("127.0.0.1", port), await isPortFree("127.0.0.1", port), await listenersOn(port)]).toEqual([true, true, []]);
    expect(await nextFreePort("127.0.0.1", port)).toBe(port);
  });
});

async function portOnceTaken(): Promise<number> {
  await using taken = await listen("127.0.0.1");
  return taken.port;
}

async function listen(host: string): Promise<AsyncDisposable & { readonly port: number }> {
  const server = createServer().listen({ host, port: 0 });
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return { port, [Symbol.asyncDispose]: () => new Promise((resolve) => server.close(() => resolve())) };
}
