// The judges are judged: each fault that the faults suite looks for is planted once, and is found.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { compare, type Present, type Written } from "../support/faults/compare.ts";
import { chosen, faultIds } from "../support/faults/faults.ts";
import { randomOf } from "../../bench/load/random.js";
import { pick } from "../support/faults/random.ts";
import { secretsInLogs } from "../support/faults/secrets.ts";
import { victimOf } from "../support/faults/suite.ts";
import { openWriteLog } from "../support/faults/write-log.ts";

const written: Written = {
  attempted: new Set(["a", "b", "c", "d"]),
  acknowledged: new Map([
    ["a", 1],
    ["b", 2],
  ]),
};
const present: Present = {
  tasks: [
    { id: 1, title: "a" },
    { id: 2, title: "b" },
    { id: 3, title: "c" },
  ],
  events: [
    { kind: "task.created", entityId: 1, title: "a" },
    { kind: "task.created", entityId: 2, title: "b" },
    { kind: "task.created", entityId: 3, title: "c" },
    { kind: "task.created", entityId: 9, title: "removed" },
    { kind: "task.deleted", entityId: 9, title: "removed" },
  ],
};
const task = (id: number, title: string) => ({ id, title });
const event = (entityId: number, title: string) => ({ kind: "task.created", entityId, title });

describe("the comparison", () => {
  test("finds nothing where what is unknown is there or is not, and what was deleted is gone", () => {
    expect(compare(written, present)).toEqual([]);
  });

  test("finds an acknowledged write that is lost", () => {
    const found = compare(written, {
      tasks: present.tasks.filter(({ id }) => id !== 2),
      events: present.events.filter(({ entityId }) => entityId !== 2),
    });
    expect(found).toEqual(['1 acknowledged and lost: 2 "b"']);
  });

  test("finds an acknowledged write that is there with another id", () => {
    const moved = { tasks: [task(1, "a"), task(7, "b")], events: [event(1, "a"), event(7, "b")] };
    expect(compare(written, moved)).toEqual(['1 acknowledged and lost: 2 "b"']);
  });

  test("finds an acknowledged write whose row holds something else", () => {
    const swapped = { tasks: [task(1, "a"), task(2, "c")], events: [event(1, "a"), event(2, "c")] };
    expect(compare(written, swapped)).toEqual(['1 acknowledged and lost: 2 "b" (there is "c")']);
  });

  test("finds a row that nobody attempted", () => {
    const found = compare(written, { tasks: [...present.tasks, task(8, "ghost")], events: [...present.events, event(8, "ghost")] });
    expect(found).toEqual(['1 present and never attempted: 8 "ghost"']);
  });

  test("finds a write that was made twice", () => {
    const found = compare(written, { tasks: [...present.tasks, task(8, "c")], events: [...present.events, event(8, "c")] });
    expect(found).toEqual(["1 present more than once: c"]);
  });

  test("finds a task without its event", () => {
    const found = compare(written, { ...present, events: present.events.filter(({ entityId }) => entityId !== 3) });
    expect(found).toEqual(['1 tasks without their event: 3 "c"']);
  });

  test("finds an event without its task", () => {
    const found = compare(written, { ...present, events: [...present.events, event(8, "d")] });
    expect(found).toEqual(['1 events without their task: 8 "d"']);
  });

  test("finds a second event of one task", () => {
    const found = compare(written, { ...present, events: [...present.events, event(3, "c")] });
    expect(found).toEqual(["1 tasks with more than one event: task 3"]);
  });

  test("counts all and shows five", () => {
    const [seen] = compare(written, { tasks: [], events: [] })
      .concat(compare({ attempted: new Set(), acknowledged: new Map() }, sevenGhosts())[0] ?? "")
      .slice(-1);
    expect(seen).toMatch(/^7 present and never attempted: (\d "ghost \d"(, | …$)){5}$/);
  });
});

function sevenGhosts(): Present {
  const ids = [1, 2, 3, 4, 5, 6, 7];
  return { tasks: ids.map((id) => task(id, `ghost ${id}`)), events: ids.map((id) => event(id, `ghost ${id}`)) };
}

describe("the log of writes", () => {
  test("gives back what was attempted and what was acknowledged", () => {
    const directory = mkdtempSync(join(tmpdir(), "rowhouse-writes-"));
    using log = openWriteLog(join(directory, "writes.jsonl"));
    log.attempt("a");
    log.attempt('b "\n');
    log.acknowledge('b "\n', 4);
    expect(log.read()).toEqual({ attempted: new Set(["a", 'b "\n']), acknowledged: new Map([['b "\n', 4]]) });
    rmSync(directory, { recursive: true });
  });
});

describe("the search for secrets", () => {
  test("finds a password in a log and names both, and nothing in clean logs", async () => {
    const root = mkdtempSync(join(tmpdir(), "rowhouse-secrets-"));
    const places = { secrets: join(root, "secrets"), logs: join(root, "logs"), web: join(root, "web") };
    for (const path of Object.values(places)) mkdirSync(path);
    for (const name of ["application", "owner", "backup", "monitor"]) writeFileSync(join(places.secrets, name), `secret-of-${name}\n`);
    for (const name of ["app-1.log", "database.log", "serve.log"]) writeFileSync(join(places.logs, name), "all is well\n");
    mkdirSync(join(places.web, "run"));
    writeFileSync(join(places.web, "run/access.log"), "GET /\n");
    expect(await secretsInLogs(places)).toEqual([]);
    writeFileSync(join(places.logs, "database.log"), "create role x password 'secret-of-owner'\n");
    expect(await secretsInLogs(places)).toEqual(["database.log holds the password owner"]);
    rmSync(root, { recursive: true });
  });
});

describe("chance", () => {
  test("is the same for the same seed, and another for another", () => {
    const drawn = (seed: number) => Array.from({ length: 5 }, randomOf(seed));
    expect(drawn(7)).toEqual(drawn(7));
    expect(drawn(7)).not.toEqual(drawn(8));
    expect(["a", "b"]).toContain(pick(randomOf(7), ["a", "b"]));
  });
});

describe("the suite", () => {
  test("runs what is named, everything when nothing is, and refuses a name there is not", () => {
    expect(chosen(faultIds, ["FAULT-2"])).toEqual(["FAULT-2"]);
    expect(chosen(faultIds, [])).toEqual(faultIds);
    expect(() => chosen(faultIds, ["FAULT-2", "FAULT-99"])).toThrow("FAULT-99");
  });

  test.each(faultIds)("gives each victim of %s its turn, the same for the same seed", (id) => {
    expect(victimOf(id, 7)).toBe(victimOf(id, 7));
    expect(victimOf(id, 7)).not.toBe(victimOf(id, 8));
  });
});
