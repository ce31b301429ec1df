// INV-3, X1, FAULT-3: a share of what `npm run test:faults -- X1` and its kin try in full. A backup that is not good is not
// called so, whatever was done to it; one that was taken while clients wrote is.
import { createHash } from "node:crypto";
import { readdirSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type EngineName, engineNames } from "../../src/engines/engines.ts";
import { type Sql, sql } from "../../src/foundation/sql.ts";
import { copyOf, manifestOf } from "../support/faults/backups/edits.ts";
import { tryFlips } from "../support/faults/backups/flips.ts";
import { fittedMutants, furtherMutants, mutants, unsignedMutants } from "../support/faults/backups/mutants.ts";
import { backupFaultIds } from "../support/faults/backups/suite.ts";
import { chosen, faultIds } from "../support/faults/faults.ts";
import { openSubject, prove, type Subject } from "../support/faults/backups/subject.ts";
import type { Tried } from "../support/faults/backups/tried.ts";
import { takeGood, tryMutant, tryUnderWriters } from "../support/faults/backups/x1.ts";

const seed = Number(process.env["ROWHOUSE_SEED"] ?? Math.floor(Math.random() * 1_000_000));
const { signal } = new AbortController();

/** Children that are killed are the full suite's: FAULT-3. The share takes turns, by the seed; what only reads files is quick and always tried. */
const all = [...mutants, ...fittedMutants, ...unsignedMutants, ...furtherMutants];
const share = all.filter(({ onFiles, title }, index) => (onFiles && !title.endsWith("made to fit")) || index % 24 === seed % 24);

const holding: Readonly<Record<EngineName, readonly Sql[]>> = {
  postgres: [sql`begin`, sql`lock table unread in access exclusive mode`],
  mariadb: [sql`lock tables unread write`],
};

describe.each(engineNames)("a backup of %s", (engine) => {
  let subject: Subject;
  let good: string;

  beforeAll(async () => {
    subject = await openSubject(engine);
    good = await takeGood(subject, signal);
  });

  afterAll(async () => subject[Symbol.asyncDispose]());

  test.each(share)("is not called good with $title", async (mutant) => {
    const { found } = await tryMutant(subject, { good, mutant, signal });
    expect(found, `seed ${seed}`).toBeUndefined();
  });

  test("is not called good with one bit flipped, in the first byte and the last of any file", async () => {
    const flips: Tried[] = [];
    const files = 2 + manifestOf(good).files.length;
    await tryFlips(subject, { what: "plain", good, flips: 2 * files, seed, signal, tell: (one) => flips.push(one) });
    expect(flips.filter(({ found }) => found !== undefined)).toEqual([]);
    expect(flips).toHaveLength(2 * files);
  });

  test("is proved although an earlier proof was killed while it wrote its certificate", async () => {
    const directory = copyOf(good, join(subject.directory, "killed"));
    const here = createHash("sha256").update(hostname()).digest("hex").slice(0, 8);
    writeFileSync(join(directory, `.4194303-1-${here}-0123456789ab.tmp`), "{");
    expect(await prove(subject, { directory, signal })).toMatchObject({ state: "PROVED" });
    expect(readdirSync(directory).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  test("is proved when it was taken while clients wrote, and its books are right", async () => {
    const { found } = await tryUnderWriters(subject, { seed, signal });
    expect(found, `seed ${seed}`).toBeUndefined();
  });

  test("is unknown, not proved, when a table of the copy cannot be read", async () => {
    const held: AsyncDisposable[] = [];
    const { state, verdict } = await prove(subject, {
      directory: good,
      signal,
      onRestored: async (login) => {
        const session = await subject.engine.driver.connect({ ...login, idleTransactionTimeoutMs: 60_000 });
        held.push(session);
        await session.run(sql`create table unread (id integer)`); // nothing but the comparison looks at it
        for (const lock of holding[engine]) await session.run(lock);
      },
    });
    for (const session of held) await session[Symbol.asyncDispose]();
    expect({ state, verdict }).toMatchObject({ state: "TAKEN", verdict: { state: "unknown", because: expect.stringMatching(/lock|timeout/i) } });
  });
});

describe("the suite of backups", () => {
  test("is chosen by its ids, which are no house's", () => {
    expect(chosen([...faultIds, ...backupFaultIds], ["X1"])).toEqual(["X1"]);
    expect(backupFaultIds.filter((id) => faultIds.some((one) => one === String(id)))).toEqual([]);
  });
});
