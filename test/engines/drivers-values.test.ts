// What travels to the server and back: values bound, never part of the text; the same JavaScript value from both engines;
// names and literals quoted whole.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Session } from "../../src/drivers/driver.ts";
import type { EngineName } from "../../src/engines/engines.ts";
import { isProblem } from "../../src/foundation/problem.ts";
import { Secret } from "../../src/foundation/secret.ts";
import { type Sql, type SqlValue, sql } from "../../src/foundation/sql.ts";
import { readIfThere } from "../../src/platform/files.ts";
import { engineVersions, startServer, type TestServer } from "../support/servers.ts";

const strings: readonly string[] = [
  "",
  " ",
  "trailing ",
  "'",
  "''",
  '"',
  "`",
  "\\",
  "\\'",
  "%_",
  "a\nb\r\tc",
  "$1 ? :a @b",
  "-- no comment",
  "/* none */",
  "'); drop table odd; --",
  "é and e\u0301",
  "🦄👩‍👩‍👧",
  "\u202Ertl",
  "\uFEFFbom",
  "\u0001\u001A\u007F",
  "null",
  "x".repeat(100_000),
];

const numbers: readonly (number | bigint)[] = [
  0,
  1,
  -1,
  2 ** 31 - 1,
  2 ** 31,
  -(2 ** 31) - 1,
  Number.MAX_SAFE_INTEGER,
  2n ** 53n + 1n,
  2n ** 63n - 1n,
  -(2n ** 63n),
];

const columns: Record<EngineName, { readonly bytes: Sql; readonly moment: Sql; readonly text: Sql; readonly json: Sql }> = {
  postgres: { bytes: sql`bytea`, moment: sql`timestamptz(6)`, text: sql`text`, json: sql`json` },
  mariadb: { bytes: sql`longblob`, moment: sql`datetime(6)`, text: sql`longtext`, json: sql`json` },
};

const names = [
  "select",
  "UPPER lower",
  'quo"te',
  "back`tick",
  "semi;colon",
  "per%cent",
  "new\nline",
  "dash-dash --",
  "dollar$1",
  "ques?tion",
  "é",
  "x".repeat(63),
];

describe.each(await engineVersions())("values on $title", (version) => {
  const { engine, name } = version;
  let server: TestServer;
  let session: Session;

  beforeAll(async () => {
    server = await startServer(version);
    await using administrator = await engine.driver.connect(server.administrator());
    await administrator.run(sql`create database home`);
    session = await engine.driver.connect(server.administrator("home"));
    const { bytes, moment, text, json } = columns[name];
    await session.run(sql`
      create table odd (
        id integer primary key,
        words ${text},
        big bigint,
        exact decimal(30, 10),
        approximate double precision,
        is_so boolean,
        bytes ${bytes},
        moment ${moment},
        day date,
        document ${json}
      )`);
  });
  afterAll(async () => {
    await session?.[Symbol.asyncDispose]();
    await server?.[Symbol.asyncDispose]();
  });

  /** Writes and reads one value, bound and streamed: all three ways of reading must agree. */
  const roundTrip = async (column: string, value: SqlValue) => {
    await session.run(sql`delete from odd`);
    await session.run(sql`insert into odd (id, ${sql.id(column)}) values (1, ${value})`);
    const plain = await session.all<{ seen: unknown }>(sql`select ${sql.id(column)} as seen from odd`);
    const bound = await session.all<{ seen: unknown }>(sql`select ${sql.id(column)} as seen from odd where id = ${1}`);
    expect(bound).toEqual(plain);
    for (const condition of [sql`1 = 1`, sql`id = ${1}`]) {
      const statement = sql`select ${sql.id(column)} as seen from odd where ${condition}`;
      for await (const rows of session.stream(statement, { batchRows: 10 })) expect(rows).toEqual(plain);
    }
    return plain[0]?.seen;
  };
  const codeOf = async (work: Promise<unknown>) => {
    const thrown: unknown = await work.then(
      () => "nothing was thrown",
      (reason: unknown) => reason,
    );
    return isProblem(thrown) ? thrown.code : thrown;
  };

  test.each(strings.map((value) => ({ value, shown: JSON.stringify(value).slice(0, 30) })))(
    "the text $shown comes back as it was",
    async ({ value }) => {
      expect(await roundTrip("words", value)).toBe(value);
      expect(await session.all(sql`select id from odd where words = ${value}`)).toEqual([{ id: 1 }]);
    },
  );

  test.each(numbers)("the whole number %s comes back exactly, a number while it can be one", async (value) => {
    const isSafe = Number.isSafeInteger(Number(value));
    expect(await roundTrip("big", value)).toBe(isSafe ? Number(value) : value);
  });

  test.each(["0.1000000000", "12345678901234567890.0123456789", "-0.0000000001"])("the decimal %s comes back as its text", async (value) => {
    expect(await roundTrip("exact", value)).toBe(value);
  });

  test.each([0.1, -1e-7, 1.7976931348623157e308, 5e-324, 2 ** 60])("the approximate number %s comes back", async (value) => {
    expect(await roundTrip("approximate", value)).toBe(value);
  });

  test("booleans, NULL, bytes, JSON and moments come back", async () => {
    const truth: Record<EngineName, readonly unknown[]> = { postgres: [true, false], mariadb: [1, 0] };
    expect([await roundTrip("is_so", true), await roundTrip("is_so", false)]).toEqual(truth[name]);
    for (const column of ["words", "big", "exact", "is_so", "bytes", "moment", "document"]) expect(await roundTrip(column, null)).toBeNull();
    const bytes = Uint8Array.from({ length: 256 }, (_, at) => at);
    expect(Buffer.compare((await roundTrip("bytes", bytes)) as Buffer, bytes)).toBe(0);
    expect(Buffer.compare((await roundTrip("bytes", bytes.subarray(10, 20))) as Buffer, bytes.subarray(10, 20))).toBe(0);
    expect(await roundTrip("document", '{"a": [1, 2.50, null]}')).toBe('{"a": [1, 2.50, null]}');
    expect(await roundTrip("day", "2024-02-29")).toBe("2024-02-29");
    const moments: Record<EngineName, string> = { postgres: "2025-01-31 23:59:59.000001+00", mariadb: "2025-01-31 23:59:59.000001" };
    expect(await roundTrip("moment", "2025-01-31 23:59:59.000001")).toBe(moments[name]);
  });

  test("the server's moments are in UTC whatever the process's zone is", async () => {
    const zone: Record<EngineName, Sql> = {
      postgres: sql`select current_setting('TimeZone') as zone`,
      mariadb: sql`select @@session.time_zone as zone`,
    };
    expect(await session.all(zone[name])).toEqual([{ zone: name === "postgres" ? "UTC" : "+00:00" }]);
  });

  test("what a statement changed is counted the same: matched rows of an update, rows given back", async () => {
    await session.run(sql`delete from odd`);
    expect(await session.run(sql`insert into odd (id, words) values (1, 'a'), (2, 'a')`)).toBe(2);
    expect(await session.run(sql`update odd set words = 'a' where words = ${"a"}`)).toBe(2);
    expect(await session.run(sql`insert into odd (id) values (3) returning id`)).toBe(1);
    expect(await session.all(sql`insert into odd (id) values (${4}) returning id`)).toEqual([{ id: 4 }]);
    expect(await session.run(sql`delete from odd where id > ${2}`)).toBe(2);
    expect(await session.run(sql`delete from odd where id > ${2}`)).toBe(0);
  });

  const unbindable: readonly { readonly title: string; readonly value: unknown }[] = [
    { title: "an object", value: { id: 1 } },
    { title: "an array", value: [1, 2] },
    { title: "a Date", value: new Date(0) },
    { title: "a Secret", value: new Secret("s") },
    { title: "undefined", value: undefined },
    { title: "a function", value: () => 1 },
    { title: "NaN", value: Number.NaN },
    { title: "infinity", value: Number.POSITIVE_INFINITY },
    { title: "2^63", value: 2n ** 63n },
    { title: "text with NUL", value: "a\0b" },
    { title: "text with half of a surrogate pair", value: "a\uD800b" },
  ];
  test.each(unbindable)("$title as a value is RH-DATA-005, and matches no row", async ({ value }) => {
    await session.run(sql`delete from odd`);
    await session.run(sql`insert into odd (id) values (0)`);
    expect(await codeOf(session.run(sql`delete from odd where id = ${value as SqlValue}`))).toBe("RH-DATA-005");
    expect(await session.all(sql`select id from odd`)).toEqual([{ id: 0 }]);
  });

  test("values never become part of the text: the server's log shows placeholders", async () => {
    const logPath = `${server.place.dataDirectory}/statements.log`;
    const on: Record<EngineName, readonly Sql[]> = {
      postgres: [sql`set log_statement = 'all'`],
      mariadb: [sql`set global general_log_file = ${logPath}`, sql`set global general_log = on`],
    };
    const off: Record<EngineName, readonly Sql[]> = { postgres: [sql`reset log_statement`], mariadb: [sql`set global general_log = off`] };
    for (const statement of on[name]) await session.run(statement);
    await session.all(sql`select id from odd where words = ${"canary'; drop table odd; --"} and id = ${4711}`);
    for (const statement of off[name]) await session.run(statement);
    const seen: Record<EngineName, { readonly path: string; readonly text: string }> = {
      postgres: { path: server.place.logPath, text: "words = $1 and id = $2" },
      mariadb: { path: logPath, text: "words = ? and id = ?" },
    };
    expect(await readIfThere(seen[name].path)).toContain(seen[name].text);
  });

  test.each(names)("the name %j is that of one real table, whole", async (table) => {
    const id = sql.id(table);
    await session.run(sql`create table ${id} (${id} integer)`);
    await session.run(sql`insert into ${id} (${id}) values (1)`);
    expect(await session.all(sql`select ${id} from ${id}`)).toEqual([{ [table]: 1 }]);
    expect(await session.all(sql`select 1 as one from information_schema.tables where table_name = ${table}`)).toHaveLength(1);
    await session.run(sql`drop table ${id}`);
  });

  test("a name that is empty, too long or has NUL is refused, never cut", async () => {
    for (const table of ["", "a\0b", "x".repeat(81), "é".repeat(81)])
      expect(await codeOf(session.run(sql`create table ${sql.id(table)} (id integer)`))).toBe("RH-USE-001");
    const tooLong: Record<EngineName, readonly string[]> = { postgres: ["x".repeat(64), "é".repeat(32)], mariadb: ["x".repeat(65), "é".repeat(65)] };
    for (const table of tooLong[name]) {
      expect(await codeOf(session.run(sql`create table ${sql.id(table)} (id integer)`))).toMatch(/^RH-(USE-001|SQL-00\d)$/);
      expect(await session.all(sql`select 1 as one from information_schema.tables where table_name like ${`${table.slice(0, 20)}%`}`)).toEqual([]);
    }
  });

  test("literals are read back as they were, under every way of quoting", async () => {
    const modes: Record<EngineName, readonly Sql[]> = {
      postgres: [sql`set standard_conforming_strings = on`, sql`set standard_conforming_strings = off`, sql`reset standard_conforming_strings`],
      mariadb: [sql`set sql_mode = 'NO_BACKSLASH_ESCAPES'`, sql`set sql_mode = 'ANSI_QUOTES'`, sql`set sql_mode = 'STRICT_ALL_TABLES'`],
    };
    for (const mode of modes[name]) {
      await session.run(mode);
      for (const value of strings.slice(0, -1)) expect(await session.all(sql`select ${sql.literal(value)} as seen`)).toEqual([{ seen: value }]);
      expect(await session.all(sql`select ${sql.literal(new Secret("it's"))} as seen`)).toEqual([{ seen: "it's" }]);
    }
  });

  test("a server cannot ask for a file of the client (TRAP-11)", async () => {
    if (name === "mariadb") await session.run(sql`set global local_infile = on`);
    const load: Record<EngineName, Sql> = {
      postgres: sql`copy odd from stdin`,
      mariadb: sql`load data local infile '/etc/passwd' into table odd (words)`,
    };
    await session.run(sql`delete from odd`);
    expect(await codeOf(session.run(load[name]))).toMatch(/^RH-/);
    expect(await session.all(sql`select id from odd`)).toEqual([]);
  });

  test("a server gets what was offered by that name, and no file of the client whatever it asks for (SEC-13)", async () => {
    const sends = new Map([["rows", () => Buffer.from("7\n")]]);
    await using offering = await engine.driver.connect({ ...server.administrator("home"), sends });
    const load: Record<EngineName, (file: string) => Sql> = {
      postgres: () => sql`copy odd (id) from stdin`,
      mariadb: (file) => sql`load data local infile ${sql.literal(file)} into table odd (id)`,
    };
    for (const file of ["/etc/passwd", "/proc/self/environ", "Rows"]) await expect(offering.run(load[name](file))).rejects.toThrow();
    expect(await session.all(sql`select id from odd`)).toEqual([]);
    const given: Record<EngineName, readonly { readonly id: number }[]> = { postgres: [], mariadb: [{ id: 7 }] };
    if (name === "mariadb") await offering.run(load[name]("rows"));
    expect(await session.all(sql`select id from odd`)).toEqual(given[name]);
  });
});
