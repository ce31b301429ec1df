// A secret is made once, kept 0600, and not taken from a file that others can read.
import { chmodSync, readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ensureSecret, readSecret } from "../../../src/platform/secrets.ts";
import { folder } from "./folder.ts";

describe("a secret", () => {
  test("is made once, with 192 random bits, for its owner only", async () => {
    using home = folder();
    const made = await ensureSecret(home.path, "app");
    const again = await ensureSecret(home.path, "app");
    const other = await ensureSecret(home.path, "owner");
    expect(made.reveal()).toMatch(/^[\w-]{32}$/);
    expect([again.reveal() === made.reveal(), other.reveal() === made.reveal()]).toEqual([true, false]);
    expect(statSync(join(home.path, "app")).mode & 0o777).toBe(0o600);
  });

  test("is the same for all who ask first at once", async () => {
    using home = folder();
    const made = await Promise.all(Array.from({ length: 8 }, () => ensureSecret(home.path, "app")));
    expect(new Set(made.map((secret) => secret.reveal())).size).toBe(1);
    expect(readdirSync(home.path)).toEqual(["app"]);
  });

  test.each([0o644, 0o640, 0o604, 0o620, 0o601])("in a file of mode %o is refused: RH-FILE-003", async (mode) => {
    using home = folder();
    const path = join(home.path, "app");
    writeFileSync(path, "word\n");
    chmodSync(path, mode);
    await expect(readSecret(path)).rejects.toMatchObject({ code: "RH-FILE-003", hint: `chmod 600 ${path}` });
  });

  test.each([0o600, 0o400])("in a file of mode %o is read without its line break", async (mode) => {
    using home = folder();
    const path = join(home.path, "app");
    writeFileSync(path, "wo rd \r\n");
    chmodSync(path, mode);
    expect((await readSecret(path)).reveal()).toBe("wo rd ");
  });

  test("that is not there is RH-FILE-001", async () => {
    using home = folder();
    await expect(readSecret(join(home.path, "app"))).rejects.toMatchObject({ code: "RH-FILE-001" });
  });
});
