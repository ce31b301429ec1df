// INV-11, INV-13: a program as a filter. What goes wrong is told to whoever reads; one that does nothing any more is ended.
import { describe, expect, test } from "vitest";
import { systemClock } from "../../../src/platform/clock.ts";
import { filtered } from "../../../src/platform/filter.ts";

const { signal } = new AbortController();
const shell = (script: string) => ({ argv: ["/bin/sh", "-c", script] });

async function* pieces(count: number): AsyncIterable<Uint8Array> {
  for (let index = 0; index < count; index++) yield Buffer.alloc(100_000, index);
}

async function bytesOf(read: AsyncIterable<Uint8Array>, pauseMs = 0): Promise<number> {
  let bytes = 0;
  for await (const piece of read) {
    bytes += piece.length;
    if (pauseMs > 0) await systemClock.sleep(pauseMs);
  }
  return bytes;
}

describe("filtered", () => {
  test("gives what the program prints of its input, whatever the size", async () => {
    expect(await bytesOf(filtered(shell("cat"), { input: pieces(100), signal }))).toBe(10_000_000);
  });

  test("fails as the program, its input or the signal does, after what was printed", async () => {
    await expect(bytesOf(filtered(shell("echo no >&2; exit 3"), { signal }))).rejects.toMatchObject({
      code: "RH-PROC-001",
      message: "/bin/sh ended with 3: no",
    });
    const broken = (async function* () {
      yield Buffer.from("one");
      throw new Error("the disk is gone");
    })();
    await expect(bytesOf(filtered(shell("cat"), { input: broken, signal }))).rejects.toThrow("the disk is gone");
    const stopped = new AbortController();
    setTimeout(() => stopped.abort(new Error("enough")), 100);
    await expect(bytesOf(filtered(shell("exec sleep 60"), { signal: stopped.signal }))).rejects.toThrow("enough");
  });

  test("ends a program that does nothing any more, and waits for whoever reads slowly", async () => {
    const silent = filtered(shell("echo one; while :; do :; done"), { signal, silenceMs: 200 });
    await expect(bytesOf(silent)).rejects.toMatchObject({ code: "RH-PROC-001", message: expect.stringContaining("in circles") });
    const waiting = filtered(shell("echo one; exec sleep 60"), { signal, silenceMs: 200 });
    await expect(bytesOf(waiting)).rejects.toMatchObject({ code: "RH-PROC-002", message: expect.stringContaining("waiting") });
    expect(await bytesOf(filtered(shell("cat"), { input: pieces(5), signal, silenceMs: 200 }), 300)).toBe(500_000);
  });
});
