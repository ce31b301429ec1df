// Acceptance 3 and LOAD-5: a million rows are exported as CSV and as JSON by a process of the application, imported by another one into
// an empty database, and equal there; memory stays flat; an import that is killed half-way leaves nothing.
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { json } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import type { IncomingMessage } from "node:http";
import type { Session } from "../../src/drivers/driver.ts";
import { type Sql, sql } from "../../src/foundation/sql.ts";
import { dialects, type EngineName } from "../../src/app/store/stores.ts";
import { systemClock, waitFor } from "../../src/platform/clock.ts";
import { type Database, startDatabase } from "../app/support.ts";
import { empty } from "../app/transfer/files.ts";
import { ask, open } from "../app/transfer/listening.ts";
import { type AppProcess, startAppProcess } from "../app/transfer/processes.ts";
import { addRows } from "../app/transfer/rows.ts";
import { memoryFindings, memoryWhile } from "../support/load/memory.ts";
import type { SceneOptions, SceneResult } from "../support/scenes/scene.ts";

const types = { csv: "text/csv", json: "application/json" } as const;
type Format = keyof typeof types;
const memoryLimits = { mostBytes: 100_000_000, growthBytes: 12_000_000 };
const openTransactions: Readonly<Record<EngineName, Sql>> = {
  postgres: sql`select pid from pg_stat_activity where usename = 'taskapp' and xact_start is not null`,
  mariadb: sql`select trx_id from information_schema.innodb_trx where trx_rows_modified > 0`,
};

export async function run({ engine, size = 1_000_000, print }: SceneOptions): Promise<SceneResult> {
  const found: string[] = [];
  const figures: Record<string, unknown> = {};
  const directory = await mkdtemp("/tmp/rowhouse-transfer-");
  await using source = await startDatabase(engine);
  await using target = await startDatabase(engine);
  await using there = await longSession(engine, target);
  await using here = await longSession(engine, source);
  await addRows(here, engine, { rows: size, projects: 500 });
  const wanted = await contentOf(here);
  for (const format of Object.keys(types) as Format[]) {
    const file = `${directory}/tasks.${format}`;
    figures[`${format} export`] = await watched(source, { what: `${format} export`, rows: size, found }, (app, passed) =>
      exportTo(app, format, file, passed),
    );
    print(`${format}: exported ${(await stat(file)).size} bytes, ${JSON.stringify(figures[`${format} export`])}`);
    await killHalfWay(target, format, file);
    const left = await rowsIn(there);
    const isOver = async () => ((await there.all(openTransactions[engine])).length === 0 ? true : undefined); // to take back takes as long as to write
    await waitFor(systemClock, { withinMs: 600_000, everyMs: 500 }, isOver);
    if (left > 0) found.push(`${left} rows are left of a ${format} import that was killed half-way`);
    figures[`${format} import`] = await watched(target, { what: `${format} import`, rows: size, found }, (app, passed) =>
      importFrom(app, format, file, passed),
    );
    print(`${format}: imported, ${JSON.stringify(figures[`${format} import`])}`);
    if ((await contentOf(there)) !== wanted) found.push(`what was imported from ${format} is not what was exported`);
    await empty(there);
  }
  await rm(directory, { recursive: true });
  return { N: size, found, ...figures };
}

async function longSession(engine: EngineName, { administrator }: Database): Promise<Session> {
  return dialects[engine].driver.connect({ ...administrator, applicationName: "scene", statementTimeoutMs: 1_200_000, lockTimeoutMs: 600_000 });
}

type Passed = (bytes: number) => void;

/** Runs `work` on a process of its own and looks at its memory meanwhile. */
async function watched(
  database: Database,
  { what, rows, found }: { readonly what: string; readonly rows: number; readonly found: string[] },
  work: (app: AppProcess, passed: Passed) => Promise<void>,
): Promise<unknown> {
  await using app = await startAppProcess(database);
  const startMs = performance.now();
  const memory = await memoryWhile(app.residentBytes, (passed) => work(app, passed));
  const seconds = (performance.now() - startMs) / 1_000;
  found.push(...memoryFindings(memory, memoryLimits).map((finding) => `${what}: ${finding}`));
  return { rowsPerSecond: Math.round(rows / seconds), seconds: Math.round(seconds), ...memory };
}

async function exportTo({ port }: AppProcess, format: Format, file: string, passed: Passed): Promise<void> {
  await pipeline(await open(port, `/api/tasks/export?format=${format}`), counted(passed), createWriteStream(file));
}

function counted(passed: Passed) {
  return async function* (pieces: AsyncIterable<Buffer>) {
    for await (const piece of pieces) {
      passed(piece.length);
      yield piece;
    }
  };
}

function upload({ port }: AppProcess, format: Format) {
  return ask(port, "/api/tasks/import?ids=keep", { method: "POST", headers: { "content-type": types[format] } });
}

async function importFrom(app: AppProcess, format: Format, file: string, passed: Passed): Promise<void> {
  const asked = upload(app, format);
  const [answered] = await Promise.all([once(asked, "response"), pipeline(createReadStream(file), counted(passed), asked)]);
  const answer = answered[0] as IncomingMessage;
  if (answer.statusCode !== 200) throw new Error(`the import was answered ${answer.statusCode} ${JSON.stringify(await json(answer)).slice(0, 500)}`);
  answer.resume();
}

async function killHalfWay(database: Database, format: Format, file: string): Promise<void> {
  await using app = await startAppProcess(database);
  const asked = upload(app, format);
  asked.on("error", () => undefined); // it is hung up on
  await pipeline(createReadStream(file, { end: Math.floor((await stat(file)).size / 2) }), asked, { end: false });
  await app.kill();
}

/** What the killed import left for everybody to see. */
async function rowsIn(session: Session): Promise<number> {
  const [row] = await session.all<{ count: number }>(sql`
    select (select count(*) from tasks) + (select count(*) from projects) + (select count(*) from events) as count`);
  return row?.count ?? 0;
}

/** A hash over every column of every row, with projects by name: CSV has no more of them. */
async function contentOf(session: Session): Promise<string> {
  const hash = createHash("sha256");
  const tasks = sql`
    select
      id, title, description, status, priority, is_active, due_date, created_at, assigned_to, updated_at, completed_at, version,
      (select name from projects where projects.id = tasks.project_id) as project
    from tasks
    order by id`;
  for (const statement of [tasks, sql`select name from projects order by name`])
    for await (const rows of session.stream(statement, { batchRows: 1_000 })) for (const row of rows) hash.update(JSON.stringify(row));
  return hash.digest("hex");
}
