// Live changes at their limits: who has to read everything again, what is refused, and what happens when something fails.
import { connect } from "node:net";
import { describe, expect, test } from "vitest";
import { listenAt } from "../support/listening.ts";
import { firstBytesOf, highOf, type Instance, stage, startInstance, told } from "./live.ts";
import { sql } from "../../src/foundation/sql.ts";
import { engines } from "./support.ts";

describe.each(engines)("live changes on %s, at their limits", (engine) => {
  const live = stage(engine);

  describe("a listener that cannot continue is told to read everything again, and listens from there on", () => {
    const isReset = async (instance: Instance, lastId: string) => {
      const listening = await live.listen(instance, { lastId });
      await listening.until(1);
      const task = await live.one.create("behind it");
      await listening.until(2);
      expect(told(listening)).toStrictEqual(["reset", `task.created ${task.title}`]);
      const again = await live.listen(live.other, { lastId: listening.frames[0]?.id });
      await again.until(1);
      expect(told(again)).toStrictEqual([`task.created ${task.title}`]);
    };

    test("when it is too far behind", async () => {
      const strict = await live.start({ behindIds: 3 });
      const listening = await live.listen(strict);
      for (const title of ["a", "b", "c"]) await live.one.create(title);
      await listening.until(4);
      const [ready] = listening.frames;
      const near = await live.listen(strict, { lastId: ready?.id });
      await near.until(3);
      expect(told(near)).toHaveLength(3);
      await live.one.create("d");
      await isReset(strict, ready?.id ?? "");
    });

    test("when it comes from another database, or from the future of this one", async () => {
      await live.one.create("here");
      const { lastId } = await live.listen(live.one);
      const [high = 0, mark = ""] = (lastId() ?? "").split(/[.;]/);
      await isReset(live.one, `${high}.${mark.replace(/.$/, (last) => (last === "z" ? "y" : "z"))}`);
      await isReset(live.one, `${Number(high) - 1}.zzz`);
      await isReset(live.one, `${Number(high) + 1_000}.${mark}`);
    });

    test("when the database was put back to an older state while it listened", async () => {
      await using admin = await live.database.admin();
      await live.one.create("before");
      const listening = await live.listen(live.one);
      await live.one.create("undone");
      await listening.until(2);
      const high = highOf(listening.lastId());
      await admin.begin();
      await admin.run(sql`delete from events where id = ${high}`);
      await admin.run(sql`insert into events (id, kind, entity_id, data) values (${high}, 'task.changed', 1, '{"title":"another history"}')`);
      await admin.commit();
      await listening.until(3);
      await live.one.create("new");
      await listening.until(4);
      expect(told(listening)).toStrictEqual(["ready", "task.created undone", "reset", "task.created new"]);
    });
  });

  describe("what is refused", () => {
    test("an id that this address never gave", async () => {
      const oneTooMany = `999.a;${Array.from({ length: 101 }, (_, index) => 2 * index + 1).join(",")}`;
      const ids = ["x", "1", "1.", "-1.a", "5.a;6", "5.a;3,3", "5.a;4,3", "5.a;3-2", "5.a;0", "5.a;1-", "5.a;,", "5.A", "**", oneTooMany];
      for (const id of ids) {
        const byAddress = await live.one.ask("GET", `/api/events?after=${encodeURIComponent(id)}`);
        expect([id, byAddress.statusCode, byAddress.json()]).toMatchObject([id, 400, { code: "RH-API-001", field: "after" }]);
        const byHeader = await live.one.ask("GET", "/api/events", undefined, { "last-event-id": id });
        expect([id, byHeader.statusCode, byHeader.json()]).toMatchObject([id, 400, { code: "RH-API-001", field: "Last-Event-ID" }]);
      }
    });

    test("another query, another method, a page of another site", async () => {
      expect((await live.one.ask("GET", "/api/events?from=1")).json()).toMatchObject({ code: "RH-API-001", field: "from" });
      const post = await live.one.ask("POST", "/api/events", {});
      expect([post.statusCode, post.headers["allow"]]).toStrictEqual([405, "GET"]);
      expect((await live.one.ask("GET", "/api/events", undefined, { origin: "http://elsewhere.example" })).statusCode).toBe(403);
      expect((await live.one.ask("GET", "/api/events", undefined, { host: "elsewhere.example" })).statusCode).toBe(403);
    });

    test("a listener too many, who may come back when another one leaves; listeners are not requests in work", async () => {
      const small = await startInstance(live.database, { live: { listeners: 2 }, requestsInWork: 1 });
      live.open.push(small);
      const [first] = [await live.listen(small), await live.listen(small)];
      const answer = await small.ask("GET", "/api/events");
      expect([answer.statusCode, answer.headers["retry-after"], answer.json()]).toMatchObject([429, "10", { code: "RH-API-012" }]);
      expect((await small.ask("GET", "/api/tasks")).statusCode).toBe(200);
      first?.stop();
      await expect.poll(async () => (await live.listen(small, { query: "" })).status).toBe(200);
    });
  });

  describe("when something fails", () => {
    test("the database is killed and comes back: nothing is lost and nothing comes twice", async () => {
      const listening = await live.listen(live.one);
      await live.other.create("before");
      await listening.until(2);
      await live.database.kill();
      const waiting = await listenAt({ at: live.other.port, lastId: listening.lastId() });
      live.open.push(waiting);
      await expect.poll(() => live.one.application.log.join("")).toContain("live changes have to wait");
      await live.database.restart();
      await expect.poll(async () => (await live.one.ask("POST", "/api/tasks", { title: "after" })).statusCode).toBe(201);
      await Promise.all([listening.until(3), waiting.until(1)]);
      expect([told(listening), told(waiting)]).toStrictEqual([["ready", "task.created before", "task.created after"], ["task.created after"]]);
      await expect.poll(() => live.one.application.log.join("")).toContain("live changes go on");
    });

    test("a listener that does not read is let go, and continues where it was", async () => {
      const small = await live.start({ bufferBytes: 65_536 });
      const brisk = await live.listen(small);
      const lazy = connect(small.port, "127.0.0.1");
      const bytes: Buffer[] = [];
      lazy.write("GET /api/events HTTP/1.1\r\nhost: localhost\r\n\r\n");
      await new Promise((resolve) => lazy.once("data", resolve));
      lazy.pause();
      const closed = new Promise((resolve) => lazy.once("close", resolve));
      const description = "d".repeat(16_000);
      let count = 0;
      await expect
        .poll(
          async () => {
            for (let each = 0; each < 50; each++) await live.one.ask("POST", "/api/tasks", { title: String(count++), description });
            return small.application.log.filter((line) => line.includes("the client went away")).length;
          },
          { timeout: 60_000 },
        )
        .toBeGreaterThan(0);
      lazy
        .on("data", (chunk: Buffer) => bytes.push(chunk))
        .on("error", () => undefined)
        .resume();
      await closed;
      const ids = [
        ...Buffer.concat(bytes)
          .toString()
          .matchAll(/id: (\S+)\nevent: task.created\ndata: .*"title":"(\d+)".*\n\n/g),
      ];
      const [, lastId, title] = ids.at(-1) ?? [];
      await brisk.until(count + 1);
      const again = await live.listen(small, { lastId });
      await again.until(count - Number(title) - 1);
      expect(told(again)).toStrictEqual(told(brisk).slice(Number(title) + 2));
    });

    test("an instance that stops ends its listeners at once, and takes no new ones", async () => {
      const stopping = await startInstance(live.database);
      const listening = await live.listen(stopping);
      const isClosed = stopping.stop();
      await listening.ended;
      await isClosed;
      await expect(listenAt({ at: stopping.port })).rejects.toThrow(/ECONNREFUSED/);
    });

    test("a sign of life is sent while nothing happens", async () => {
      const lively = await live.start({ heartbeatMs: 50 });
      await expect.poll(() => firstBytesOf(lively.port, 200)).toMatch(/data: \{\}\n\n:\n\n:\n\n/);
    });
  });
});
