// Lines into an open descriptor: whole, in order, together where they come together, and counted where they cannot be written.
import { execFileSync } from "node:child_process";
import { closeSync, constants, openSync, readFileSync, readSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { lineOutput } from "../../../src/platform/line-output.ts";
import { folder } from "./folder.ts";

const lossOf = (lines: number) => `lost ${lines}\n`;

/** A file or a pipe, and what was written into it so far. */
function target(path: string, isPipe: boolean) {
  if (isPipe) execFileSync("mkfifo", [path]);
  let reader = isPipe ? openSync(path, constants.O_RDONLY | constants.O_NONBLOCK) : -1;
  const descriptor = openSync(path, isPipe ? constants.O_WRONLY | constants.O_NONBLOCK : "a");
  const buffer = Buffer.alloc(1 << 16);
  const readPipe = () => {
    const parts: Buffer[] = [];
    try {
      for (let bytes = readSync(reader, buffer); bytes > 0; bytes = readSync(reader, buffer)) parts.push(Buffer.from(buffer.subarray(0, bytes)));
    } catch {
      // nothing more for now
    }
    return Buffer.concat(parts).toString();
  };
  let seen = "";
  return {
    output: lineOutput({ descriptor, lossOf }),
    read: () => {
      seen = isPipe ? seen + readPipe() : readFileSync(path, "utf8");
      return seen;
    },
    hangUp: () => closeSync(reader),
    comeBack: () => {
      reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    },
    [Symbol.dispose]: () => {
      closeSync(descriptor);
      if (isPipe) closeSync(reader);
    },
  };
}

describe("the lines of a log", () => {
  test("come out whole and in their order, a moment after they were written", async () => {
    using home = folder();
    using file = target(join(home.path, "log"), false);
    const lines = Array.from({ length: 5_000 }, (_, index) => `${index} ${"ä".repeat(index % 50)}\n`);
    for (const line of lines) file.output.write(line);
    await expect.poll(() => file.read() === lines.join("")).toBe(true);
  });

  test("wait for each other, but not when they are asked for", () => {
    using home = folder();
    using file = target(join(home.path, "log"), false);
    file.output.write("one\n");
    expect(file.read()).toBe("");
    file.output.flush();
    expect(file.read()).toBe("one\n");
  });

  test("wait for a reader that sleeps, and none is lost", async () => {
    using home = folder();
    using pipe = target(join(home.path, "pipe"), true);
    const lines = Array.from({ length: 20_000 }, (_, index) => `${index}\n`);
    for (const line of lines) pipe.output.write(line);
    pipe.output.flush();
    await expect.poll(() => pipe.read().length, { timeout: 20_000, interval: 5 }).toBe(lines.join("").length);
    expect(pipe.read()).toBe(lines.join(""));
  });

  test("are lost while a reader leaves more than 4 MB unread, and the next line says how many", async () => {
    using home = folder();
    using pipe = target(join(home.path, "pipe"), true);
    const line = `${"x".repeat(999)}\n`;
    for (let count = 0; count < 6_000; count++) pipe.output.write(line);
    pipe.output.flush();
    await expect.poll(() => /^lost \d+$/m.test(pipe.read()), { timeout: 20_000, interval: 5 }).toBe(true);
    const lost = Number(/^lost (\d+)$/m.exec(pipe.read())?.[1]);
    expect(lost).toBeGreaterThan(0);
    expect(pipe.read().split(line).length - 1 + lost).toBe(6_000);
  });

  test("are lost without a reader, and the first one that is read again says how many", () => {
    using home = folder();
    using pipe = target(join(home.path, "pipe"), true);
    pipe.hangUp();
    for (const line of ["one\n", "two\n"]) {
      pipe.output.write(line);
      pipe.output.flush();
    }
    pipe.comeBack();
    pipe.output.write("three\n");
    pipe.output.flush();
    expect(pipe.read()).toBe("lost 2\nthree\n");
  });

  test("are lost on a full disk, and nothing is thrown", () => {
    const output = lineOutput({ descriptor: openSync("/dev/full", "w"), lossOf });
    output.write("one\n");
    expect(() => output.flush()).not.toThrow();
  });
});
