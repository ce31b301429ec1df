// A body that is read as it comes: where it ends, and that each end is told apart.
import { PassThrough } from "node:stream";
import { describe, expect, test } from "vitest";
import { dropRest, piecesOf } from "../../../src/app/api/upload.ts";

const limits = { stillMs: 60_000, wholeMs: 60_000, bytes: 10 };

async function read(body: PassThrough, more: Partial<typeof limits> = {}): Promise<string> {
  let text = "";
  for await (const piece of piecesOf(body, { ...limits, ...more })) text += piece.toString();
  return text;
}

describe("a body", () => {
  test("is read to its end, whatever its pieces", async () => {
    const body = new PassThrough();
    const whole = read(body);
    for (const piece of ["ab", "c", "defg"]) {
      body.write(piece);
      await new Promise((resolve) => setImmediate(resolve));
    }
    body.end();
    expect(await whole).toBe("abcdefg");
    expect(await read(new PassThrough().end())).toBe("");
  });

  test("that is too long, stalls, takes too long or loses its client is an error each, and stays open to be answered", async () => {
    const long = new PassThrough();
    long.write("0123456789a");
    await expect(read(long)).rejects.toMatchObject({ code: "RH-API-004" });
    const stalled = new PassThrough();
    stalled.write("x");
    await expect(read(stalled, { stillMs: 20 })).rejects.toMatchObject({ code: "RH-API-001", message: "no byte of the body came for 20 ms" });
    await expect(read(new PassThrough(), { wholeMs: 20 })).rejects.toMatchObject({ code: "RH-API-001", message: "the body took more than 20 ms" });
    expect([long.destroyed, stalled.destroyed]).toStrictEqual([false, false]);
    const lost = new PassThrough();
    const reading = read(lost);
    lost.destroy();
    await expect(reading).rejects.toMatchObject({ code: "RH-API-001", message: "the client went away before the end of the body" });
  });

  test("whose rest nobody wants is let through, and hung up on when it does not end", async () => {
    const rest = new PassThrough();
    dropRest(rest, 60_000);
    rest.write(Buffer.alloc(1_000_000));
    rest.end();
    await new Promise((resolve) => rest.once("end", resolve));
    const endless = Object.assign(new PassThrough(), { socket: new PassThrough() });
    dropRest(endless, 20);
    await new Promise((resolve) => endless.socket.once("close", resolve));
    expect(endless.socket.destroyed).toBe(true);
  });
});
