// What was exported comes in again equal, on the same engine and on the other one. What an import refuses is in import.test.ts, what
// happens when something breaks half-way in transfer-faults.test.ts, and a million rows in test/scenes/transfer.ts.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { Session } from "../../src/drivers/driver.ts";
import { type Application, startApplication } from "./application.ts";
import { engines, startDatabase } from "./support.ts";
import { empty, exportOf, formats, importInto } from "./transfer/files.ts";
import { addNaughty } from "./transfer/naughty.ts";
import { addRows } from "./transfer/rows.ts";

/** Files of a megabyte: only the first lines that differ are worth reading. */
const expectEqual = (one: string, other: string) => {
  if (one === other) return;
  const [lines, others] = [one.split("\n"), other.split("\n")];
  const first = lines.findIndex((line, index) => line !== others[index]);
  expect(lines.slice(first, first + 2)).toStrictEqual(others.slice(first, first + 2));
  expect(lines.length).toBe(others.length);
};

describe.each(engines)("what was exported on %s", (engine) => {
  const rows = 3_000;
  const other = engine === "postgres" ? "mariadb" : "postgres";
  const open: AsyncDisposable[] = [];
  let [source, target, foreign]: Application[] = [];
  let [, targetAdmin, foreignAdmin]: Session[] = [];
  let counts: { readonly projects: number; readonly tasks: number };

  beforeAll(async () => {
    const admins: Session[] = [];
    const applications: Application[] = [];
    for (const one of [engine, engine, other] as const) {
      const database = await startDatabase(one);
      admins.push(await database.admin());
      applications.push(await startApplication(database));
      open.unshift(applications.at(-1) as Application, admins.at(-1) as Session, database);
    }
    [source, target, foreign] = applications;
    [, targetAdmin, foreignAdmin] = admins;
    await addRows(admins[0] as Session, engine, { rows, projects: 20 });
    const naughty = await addNaughty(admins[0] as Session, engine);
    counts = { tasks: rows + naughty.tasks, projects: 20 + naughty.projects };
  });
  afterAll(async () => {
    for (const one of open) await one[Symbol.asyncDispose]();
  });

  describe.each([
    ["an empty service", false],
    ["an empty service of the other engine", true],
  ])("is equal in %s", (_where, isForeign) => {
    const there = () => (isForeign ? foreign : target) as Application;
    beforeEach(async () => empty((isForeign ? foreignAdmin : targetAdmin) as Session));

    test.each(["json", "ndjson"] as const)("by %s with its ids: every byte of every format", async (format) => {
      const answer = await importInto(there(), format, await exportOf(source as Application, format), "ids=keep");
      expect(answer.json()).toStrictEqual({ ...counts, dry_run: false });
      for (const one of formats) expectEqual(await exportOf(there(), one), await exportOf(source as Application, one));
    });

    test("by CSV with its ids: every byte again, and all but the projects' own ids and moments", async () => {
      const answer = await importInto(there(), "csv", await exportOf(source as Application, "csv"), "ids=keep");
      expect(answer.json()).toStrictEqual({ ...counts, dry_run: false });
      const inOrder = (csv: string) => [...csv.matchAll(/^,{7}.*$/gm)].map(([line]) => line).sort();
      const [there_, here] = [await exportOf(there(), "csv"), await exportOf(source as Application, "csv")];
      expectEqual(there_.replaceAll(/^,{7}.*\r\n/gm, ""), here.replaceAll(/^,{7}.*\r\n/gm, ""));
      expect(inOrder(there_)).toStrictEqual(inOrder(here));
      const tasks = async (application: Application) =>
        JSON.parse(await exportOf(application, "json")).tasks.map(({ project_id: _ofThere, ...task }: { project_id: unknown }) => task);
      expect(await tasks(there())).toStrictEqual(await tasks(source as Application));
    });

    test("and gets ids of its own that nothing has when it comes a second time", async () => {
      const file = await exportOf(source as Application, "ndjson");
      expect((await importInto(there(), "ndjson", file, "ids=keep")).statusCode).toBe(200);
      expect((await importInto(there(), "ndjson", file, "ids=new")).json()).toStrictEqual({ tasks: counts.tasks, projects: 0, dry_run: false });
      const { tasks, projects } = JSON.parse(await exportOf(there(), "json")) as {
        tasks: { id: number; title: string; version: number }[];
        projects: unknown[];
      };
      expect([new Set(tasks.map(({ id }) => id)).size, projects.length]).toStrictEqual([2 * counts.tasks, counts.projects]);
      const [first, second] = [tasks.slice(0, counts.tasks), tasks.slice(counts.tasks)].map((some) => some.map(({ title }) => title).sort());
      expect(second).toStrictEqual(first);
      expect(new Set(tasks.slice(counts.tasks).map(({ version }) => version))).toStrictEqual(new Set([1]));
    });
  });
});
