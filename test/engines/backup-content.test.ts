// The content hash of a table: equal for equal rows however they came and wherever their keys lie, another one as soon as one
// value is another; and what is read for it is what a backup holds.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Sql, sql } from "../../src/foundation/sql.ts";
import type { Session } from "../../src/drivers/driver.ts";
import type { EngineName } from "../../src/engines/engines.ts";
import { planTake } from "../../src/operations/backup/take.ts";
import { engineVersions, startServer, type TestServer, testContext } from "../support/servers.ts";

/** Keys that one answer, one block or one number type does not hold together. */
const keys: Readonly<Record<string, readonly string[]>> = {
  "that follow each other": Array.from({ length: 9_000 }, (_, index) => String(index + 1)),
  "with gaps": Array.from({ length: 500 }, (_, index) => String(index * 1_000_003 + 1)),
  "below zero": ["-9000", "-4097", "-4096", "-4095", "-1", "0", "1", "4095", "4096"],
  "at the ends of their type": ["-9223372036854775808", "-9223372036854775807", "9007199254740993", "9223372036854775806", "9223372036854775807"],
};

/** Beyond what has a sign in 64 bits. */
const largeKeys = ["0", "1", "4095", "4096", "9223372036854775807", "9223372036854775808", "18446744073709551614", "18446744073709551615"];

const values = ["plain", "", "a\tb", "a\\b", "\\N", "line\nend", "\\", "\t", "é😀", "\r\n", "'\"`", "x".repeat(70_000)];

const tables: Record<EngineName, Readonly<Record<string, Sql>>> = {
  postgres: {
    numbered: sql`create table numbered (id bigint primary key, v text)`,
    large: sql`create table large (id numeric(20) primary key, v text)`,
    named: sql`create table named (v varchar(100) primary key, n int)`,
    keyless: sql`create table keyless (v text, n int)`,
  },
  mariadb: {
    numbered: sql`create table numbered (id bigint primary key, v longtext) charset utf8mb4`,
    large: sql`create table large (id bigint unsigned primary key, v longtext) charset utf8mb4`,
    named: sql`create table named (v varchar(100) primary key, n int) charset utf8mb4 collate utf8mb4_nopad_bin`,
    keyless: sql`create table keyless (v longtext, n int) charset utf8mb4`,
  },
};

describe.each(await engineVersions())("the content of a table on $title", (version) => {
  const { engine } = version;
  let server: TestServer;
  let session: Session;
  let store: string;
  beforeAll(async () => {
    server = await startServer(version);
    store = await mkdtemp("/tmp/rowhouse-test-");
    await using first = await engine.driver.connect(server.administrator());
    await first.run(sql`create database rows_of`);
    session = await engine.driver.connect({ ...server.administrator("rows_of"), statementTimeoutMs: 120_000 });
  });
  afterAll(async () => {
    await session[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
    await rm(store, { recursive: true, force: true });
  });

  const make = async (name: string) => {
    await session.run(sql`drop table if exists ${sql.id(name)}`);
    await session.run(tables[version.name][name] ?? sql``);
  };
  const insert = async (name: string, rows: readonly (readonly [string | bigint | number, string | number | null])[]) => {
    for (let at = 0; at < rows.length; at += 500) {
      const list = rows.slice(at, at + 500).map(([first, second]) => sql`(${first}, ${second})`);
      await session.run(sql`insert into ${sql.id(name)} values ${sql.join(list, ", ")}`);
    }
  };
  const contentOf = async (name: string) => {
    await using reader = await engine.driver.connect(server.administrator("rows_of"));
    const { tables: found } = await engine.backup.content(reader, () => undefined);
    return found.find((table) => table.name.at(-1) === name);
  };

  test.each([...Object.entries(keys).map(([what, list]) => [what, "numbered", list] as const), ["beyond a sign", "large", largeKeys] as const])(
    "is equal whatever order rows with keys %s came in, and another one when one value is",
    async (_what, name, list) => {
      const rows = list.map((key, index) => [key, values[index % (values.length - 1)] ?? ""] as const);
      await make(name);
      await insert(name, rows);
      const first = await contentOf(name);
      await make(name);
      await insert(name, rows.toReversed());
      expect(await contentOf(name)).toEqual(first);
      expect(first?.rows).toBe(rows.length);
      const middle = rows[rows.length >> 1]?.[0] ?? "";
      await session.run(sql`update ${sql.id(name)} set v = concat(v, ' ') where id = ${middle}`);
      expect((await contentOf(name))?.hash).not.toBe(first?.hash);
    },
  );

  test("tells values apart that look alike in a file: an escape and what it stands for, NULL and its sign", async () => {
    const hashes: (string | undefined)[] = [];
    for (const value of [...values, null, "N", "\\\\N", "a\\tb", "line\\nend", "\\\\"]) {
      await make("numbered");
      await insert("numbered", [
        [1n, "one"],
        [2n, value],
      ]);
      hashes.push((await contentOf("numbered"))?.hash);
    }
    expect(new Set(hashes).size).toBe(hashes.length);
  });

  test("tells rows apart whose values moved to the next column or row", async () => {
    const hashes: (string | undefined)[] = [];
    const texts = [
      ["a\tb", "c"],
      ["a", "b\tc"],
      ["a", "b\n2\tc"],
    ] as const;
    for (const [a, b] of texts) {
      await make("numbered");
      await insert("numbered", [
        [1n, a],
        [2n, b],
      ]);
      hashes.push((await contentOf("numbered"))?.hash);
    }
    expect(new Set(hashes).size).toBe(hashes.length);
  });

  test.each(["named", "keyless"])("of %s rows is equal in another order, and another one when a row is there twice or changed", async (name) => {
    const rows = values.slice(0, -1).map((value, index) => [value, index] as const);
    await make(name);
    await insert(name, rows);
    const first = await contentOf(name);
    await make(name);
    await insert(name, rows.toReversed());
    expect(await contentOf(name)).toEqual(first);
    await insert(name, [[name === "named" ? "another" : "plain", 0]]);
    const more = await contentOf(name);
    expect([more?.rows, more?.hash === first?.hash]).toEqual([rows.length + 1, false]);
    await session.run(sql`update ${sql.id(name)} set n = 77 where n = 3`);
    expect((await contentOf(name))?.hash).not.toBe(more?.hash);
  });

  test("goes through a backup unchanged, whatever the keys and values", async () => {
    for (const name of Object.keys(tables[version.name])) await make(name);
    await insert(
      "large",
      largeKeys.map((key) => [key, key] as const),
    );
    const all = Object.values(keys).flat();
    const rows = [...new Set(all)].map((key, index) => [BigInt(key), values[index % values.length] ?? null] as const);
    await insert("numbered", rows.slice(0, 300));
    await insert("numbered", rows.slice(-14));
    await insert("keyless", [...values.map((value) => [value, 1] as const), ["plain", 1], ["plain", 1]]);
    await insert(
      "named",
      values.slice(0, -1).map((value, index) => [value, index] as const),
    );
    const source = { engine, login: { ...server.administrator("rows_of"), database: "rows_of" }, store };
    const { take } = await planTake(testContext, { source, isProved: true, onProgress: () => undefined });
    const { backup } = await take(new AbortController().signal, () => undefined);
    expect(backup.verdict).toMatchObject({ state: "sound" });
    const manifest = JSON.parse(await readFile(join(backup.directory, "manifest.json"), "utf8"));
    for (const name of Object.keys(tables[version.name])) {
      const own = manifest.tables.find((table: { name: readonly string[] }) => table.name.at(-1) === name);
      expect(own).toMatchObject({ rows: (await contentOf(name))?.rows, hash: (await contentOf(name))?.hash });
    }
  });
});
