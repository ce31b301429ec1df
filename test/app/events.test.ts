// Live changes: what a listener is told, and that it continues anywhere without a loss and without a repetition, also when
// transactions do not commit in the order of their ids.
import { describe, expect, test } from "vitest";
import { firstBytesOf, highOf, record, stage, told } from "./live.ts";
import { engines } from "./support.ts";

describe.each(engines)("live changes on %s", (engine) => {
  const live = stage(engine);

  describe("what a listener is told", () => {
    test("that it listens, then every change of a task and a project, once and in order", async () => {
      const listening = await live.listen(live.one);
      const task = await live.one.create("first");
      const changed = await live.one.change(task, { title: "second" });
      await live.other.ask("DELETE", `/api/tasks/${task.id}`);
      await live.other.ask("POST", "/api/projects", { name: `house ${task.id}` });
      await listening.until(5);
      expect(told(listening)).toStrictEqual([
        "ready",
        "task.created first",
        "task.changed second",
        "task.deleted second",
        `project.created house ${task.id}`,
      ]);
      const { data } = listening.frames[2] ?? {};
      expect(data).toStrictEqual({ kind: "task.changed", request_id: changed.requestId, at: expect.stringMatching(moment), task: changed.task });
    });

    test("nothing of what was before", async () => {
      await live.one.create("before");
      const listening = await live.listen(live.one);
      await live.one.create("after");
      await listening.until(2);
      expect(told(listening)).toStrictEqual(["ready", "task.created after"]);
    });

    test("nothing of a write that was refused, which takes no id either", async () => {
      const task = await live.one.create("kept");
      const listening = await live.listen(live.one);
      expect((await live.one.ask("POST", "/api/tasks", { title: "lost", project_id: 999_999 })).statusCode).toBe(400);
      expect((await live.one.ask("PATCH", `/api/tasks/${task.id}`, { title: "lost" }, { "if-match": '"7"' })).statusCode).toBe(412);
      expect((await live.one.ask("DELETE", "/api/tasks/999999")).statusCode).toBe(404);
      await live.one.create("next");
      await listening.until(2);
      expect(told(listening)).toStrictEqual(["ready", "task.created next"]);
      expect(highOf(listening.frames[1]?.id) - highOf(listening.frames[0]?.id)).toBe(1);
    });

    test("of an import as one event, and of rows that others put there only what can be told", async () => {
      const listening = await live.listen(live.one);
      await using admin = await live.database.admin();
      await record(admin, { kind: "tasks.imported", entity_id: 0, data: '{"count":12}' });
      await record(admin, { kind: "of.another\ndata: kind", entity_id: 1, data: "{}" });
      await record(admin, { kind: "task.changed", entity_id: 1, data: '{\n"title":\r\n"in lines"}' });
      await listening.until(3);
      expect(listening.frames.slice(1).map(({ data }) => data)).toMatchObject([
        { kind: "tasks.imported", count: 12 },
        { kind: "task.changed", task: { title: "in lines" } },
      ]);
    });

    test("in an answer that no one in between keeps or changes, and that says when to come back", async () => {
      const { status, headers } = await live.listen(live.one);
      expect(status).toBe(200);
      expect(headers).toMatchObject({
        "content-type": "text/event-stream",
        "cache-control": "no-store",
        "x-accel-buffering": "no",
        "x-content-type-options": "nosniff",
        "x-request-id": expect.stringMatching(/^[0-9a-f-]{36}$/),
      });
      expect(headers).not.toHaveProperty("transfer-encoding");
      expect(await firstBytesOf(live.one.port)).toMatch(/^retry: 500\nid: \d+\.[0-9a-z]+\nevent: ready\ndata: \{\}\n\n/);
    });
  });

  describe("a listener that comes back", () => {
    test("continues on another instance, with nothing missed and nothing twice", async () => {
      const listening = await live.listen(live.one);
      await live.one.create("seen");
      await listening.until(2);
      listening.stop();
      await live.one.create("missed");
      await live.other.create("missed too");
      const again = await live.listen(live.other, { lastId: listening.lastId() });
      await again.until(2);
      await live.one.create("new");
      await again.until(3);
      expect(told(again)).toStrictEqual(["task.created missed", "task.created missed too", "task.created new"]);
    });

    test("continues in the middle of what it got at once", async () => {
      const listening = await live.listen(live.one);
      for (const title of ["a", "b", "c", "d"]) await live.other.create(title);
      await listening.until(5);
      for (const [index, { id }] of listening.frames.entries()) {
        const again = await live.listen(live.other, { lastId: id });
        await again.until(4 - index);
        expect(told(again)).toStrictEqual(told(listening).slice(index + 1));
        again.stop();
      }
    });

    test("may say where it was in the address, where the header counts for more", async () => {
      const listening = await live.listen(live.one);
      await live.one.create("a");
      await live.one.create("b");
      await listening.until(3);
      const [ready, a] = listening.frames;
      const byAddress = await live.listen(live.other, { query: `?after=${ready?.id}` });
      await byAddress.until(2);
      expect(told(byAddress)).toStrictEqual(["task.created a", "task.created b"]);
      const byBoth = await live.listen(live.other, { query: `?after=${ready?.id}`, lastId: a?.id });
      await byBoth.until(1);
      expect(told(byBoth)).toStrictEqual(["task.created b"]);
    });
  });

  describe("a transaction that commits behind later ones", () => {
    test("is told once when it does, also to a listener that changed its instance meanwhile", async () => {
      await using admin = await live.database.admin();
      const [staying, leaving] = [await live.listen(live.one), await live.listen(live.one)];
      await admin.begin();
      await record(admin, { kind: "task.changed", entity_id: 9_001, data: '{"title":"late"}' });
      await live.one.create("early");
      await Promise.all([staying.until(2), leaving.until(2)]);
      expect(leaving.lastId()).toMatch(/^\d+\.[0-9a-z]+;\d+$/);
      leaving.stop();
      const moved = await live.listen(live.other, { lastId: leaving.lastId() });
      await live.one.create("meanwhile");
      await Promise.all([staying.until(3), moved.until(1)]);
      const begun = await live.listen(live.other);
      await admin.commit();
      await Promise.all([staying.until(4), moved.until(2), begun.until(2)]);
      await live.one.create("last");
      await Promise.all([staying.until(5), moved.until(3), begun.until(3)]);
      expect(told(staying)).toStrictEqual(["ready", "task.created early", "task.created meanwhile", "task.changed late", "task.created last"]);
      expect(told(moved)).toStrictEqual(["task.created meanwhile", "task.changed late", "task.created last"]);
      expect(told(begun)).toStrictEqual(["ready", "task.changed late", "task.created last"]);
      expect(staying.lastId()).not.toContain(";");
    });

    test("is never told when it is rolled back; its ids are given up in the end", async () => {
      const hasty = await live.start({ openForMs: 300 });
      await using admin = await live.database.admin();
      const [listening, control] = [await live.listen(hasty), await live.listen(live.other)];
      await admin.begin();
      for (let count = 0; count < 3; count++) await record(admin, { kind: "task.changed", entity_id: 9_002, data: "{}" });
      await live.one.create("around");
      await Promise.all([listening.until(2), control.until(2)]);
      expect(listening.lastId()).toMatch(/;\d+-\d+$/);
      await admin.rollback();
      await expect
        .poll(async () => {
          await live.one.create("later");
          return listening.lastId();
        })
        .not.toContain(";");
      expect(control.lastId()).toMatch(/;\d+-\d+$/);
      expect(told(listening).filter((line) => line.startsWith("task.changed"))).toStrictEqual([]);
    });

    test("leaves an id that says so when more are open than an id can name", async () => {
      await using admin = await live.database.admin();
      const listening = await live.listen(live.one);
      await admin.begin();
      for (let count = 0; count < 101; count++) {
        await record(admin, { kind: "task.changed", entity_id: 9_003, data: `{"title":"late ${count}"}` });
        await using own = await live.database.admin();
        await record(own, { kind: "task.changed", entity_id: 9_004, data: `{"title":"early ${count}"}` });
      }
      await listening.until(102);
      expect(listening.lastId()).toBe("*");
      const again = await live.listen(live.other, { lastId: "*" });
      await again.until(1);
      expect(told(again)).toStrictEqual(["reset"]);
      await admin.commit();
      await Promise.all([listening.until(203), again.until(102)]);
      expect(told(listening).filter((line) => line.includes("late"))).toStrictEqual(
        Array.from({ length: 101 }, (_, index) => `task.changed late ${index}`),
      );
      expect(told(again).slice(1)).toStrictEqual(Array.from({ length: 101 }, (_, index) => `task.changed late ${index}`));
      expect(again.lastId()).not.toBe("*");
    });
  });
});

const moment = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/;
