// What keeps a proof from being one: nothing that this machine lacks is told as a fault of the backup.
import { describe, expect, test } from "vitest";
import { engines } from "../../../src/engines/engines.ts";
import { Problem } from "../../../src/foundation/problem.ts";
import type { ProblemCode } from "../../../src/foundation/problems.ts";
import { isOfMachine, machineFault } from "../../../src/operations/backup/machine-fault.ts";

describe("what a throw-away server says is the machine's", () => {
  test.each([
    ['FATAL:  could not write to file "pg_wal/xlogtemp.7": No space left on device\nLOG:  database system is shut down', "RH-FILE-002"],
    ["[ERROR] InnoDB: preallocating 12582912 bytes for file ./ibtmp1 failed with error 28 (errno: 28)", "RH-FILE-002"],
    ["FATAL:  could not map anonymous shared memory: Cannot allocate memory", "RH-SRV-002"],
    ["LOG:  server process (PID 7) was terminated by signal 9: Killed", "RH-SRV-002"],
  ])("%s", (said, code) => expect(machineFault(said)).toMatchObject({ code }));

  test.each([
    ["postgres", 'could not access file "$libdir/postgis-3": No such file or directory (58P01)'],
    ["postgres", "database locale is incompatible with operating system (22023)"],
    ["mariadb", "Plugin 'rocksdb' is not loaded (1524)"],
  ] as const)("in %s: %s", (name, said) => expect(engines[name].backup.base.isMissingHere(said)).toBe(true));

  test.each(["RH-SRV-002", "RH-FILE-002", "RH-CONN-002"] as const)("by %s", (code: ProblemCode) =>
    expect(isOfMachine(new Problem(code, "it"))).toBe(true),
  );
});

describe("what a throw-away server says is the files'", () => {
  test.each([
    "PANIC:  could not locate a valid checkpoint record\nLOG:  startup process (PID 7) was terminated by signal 6: Aborted",
    'could not open file "base/5/1259": No such file or directory (58P01)',
    "invalid page in block 0 of relation base/5/16385 (XX001)",
    "[ERROR] InnoDB: Page [page id: space=5, page number=3] log sequence number is in the future",
  ])("%s", (said) => {
    expect(machineFault(said)).toBeUndefined();
    for (const { backup } of Object.values(engines)) expect(backup.base.isMissingHere(said)).toBe(false);
  });

  test.each(["RH-SQL-003", "RH-CONN-003"] as const)("by %s", (code: ProblemCode) => expect(isOfMachine(new Problem(code, "it"))).toBe(false));
});
