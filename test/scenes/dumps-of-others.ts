// Dumps that the engines' own tools wrote, in every format, of Chinook and of one of everything: restored by `backup restore --file`, and
// equal to their source, or where the tool itself does not write what was there, to what the engine's own client makes of the file.
// FAULT-11: the same files cut in many places, each refused.
import { lstatSync, readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ConnectionOptions } from "../../src/drivers/driver.ts";
import { engines } from "../../src/engines/engines.ts";
import { isProblem } from "../../src/foundation/problem.ts";
import { sql } from "../../src/foundation/sql.ts";
import { planForeign } from "../../src/operations/backup/foreign.ts";
import { openForeign } from "../../src/operations/backup/foreign-file.ts";
import { goThrough } from "../../src/operations/backup/foreign-script.ts";
import { type ChinookServer, startChinook } from "../support/backup/chinook.ts";
import { runScript } from "../support/backup/client.ts";
import { loadEverything } from "../support/backup/everything.ts";
import { takenOut } from "../support/backup/everything-foreign.ts";
import { dumpTo, formats, packed } from "../support/backup/foreign.ts";
import type { SceneOptions, SceneResult } from "../support/scenes/scene.ts";
import { engineVersions, testContext } from "../support/servers.ts";

type Login = ConnectionOptions & { readonly database: string };

interface Stage extends Pick<SceneOptions, "engine" | "print" | "signal"> {
  readonly chinook: ChinookServer;
  readonly found: string[];
  count: number;
}

export async function run({ engine, print, signal }: SceneOptions): Promise<SceneResult> {
  const version = (await engineVersions()).find(({ name }) => name === engine);
  if (!version) throw new Error(`no ${engine} server on this machine`);
  await using chinook = await startChinook(version);
  const stage: Stage = { engine, print, signal, chinook, found: [], count: 0 };
  const everything = await loadEverything(version, chinook.server);
  {
    await using session = await version.engine.driver.connect(everything);
    for (const statement of takenOut[engine]) await session.run(statement);
  }
  const shop = { ...chinook.server.administrator(chinook.database), database: chinook.database };
  for (const [subject, login] of [["chinook", shop] as const, ["everything", everything] as const])
    for (const [what, options] of Object.entries(formats[engine])) await tryFormat(stage, `${subject} from ${what}`, { login, options });
  for (const by of ["gzip", "zstd"] as const) {
    const path = await dumpTo(join(chinook.directory, by), engine, { login: shop, options: [] });
    await compare(stage, `chinook packed with ${by}`, { path: packed(path, by), login: shop });
    await tryCuts(stage, `chinook packed with ${by}`, packed(path, by));
  }
  return { N: stage.count, found: stage.found };
}

async function tryFormat(
  stage: Stage,
  what: string,
  { login, options }: { readonly login: Login; readonly options: readonly string[] },
): Promise<void> {
  const path = await dumpTo(join(stage.chinook.directory, what.replace(/\W/g, "_")), stage.engine, { login, options });
  await compare(stage, what, { path, login });
  await tryCuts(stage, what, path);
}

const copy = "restored_copy";

async function compare(stage: Stage, what: string, { path, login }: { readonly path: string; readonly login: Login }): Promise<void> {
  const { engine, chinook, signal, print } = stage;
  const target = { engine: engines[engine], login: chinook.server.administrator(), where: "here", files: undefined, house: undefined, ownUsers: [] };
  try {
    const { restore } = await planForeign(testContext, { path, target, name: copy, onProgress: () => undefined });
    const { restored } = await restore({ signal, onStep: () => undefined });
    const [source, ours] = [await tablesOf(stage, login.database), await tablesOf(stage, copy)];
    const lost = namesOfDifferent(source, ours);
    const theirs = lost.length === 0 ? source : await byOwnClient(stage, path);
    const different = lost
      .filter((name) => theirs.get(name) !== ours.get(name))
      .map((name) => `${name}: ${source.get(name)}, restored ${ours.get(name)}`);
    if (lost.length > different.length) print(`${what}: as the engine's own client makes it, not as it was: ${lost.join(", ")}`);
    tell(stage, `${what}: ${restored.rows} rows in ${restored.tables} tables`, different);
  } catch (thrown) {
    tell(stage, what, [String(thrown)]);
  }
  await using session = await engines[engine].driver.connect(chinook.server.administrator());
  await session.run(sql`drop database if exists ${sql.id(copy)}`);
}

const own = "by_own_client";

/** The tools lose digits of FLOAT, letters that Unicode has not, the sign of zero in inserts (TRAP-24): their own clients lose the same. */
async function byOwnClient({ engine, chinook }: Stage, path: string): Promise<ReadonlyMap<string, string>> {
  {
    await using session = await engines[engine].driver.connect(chinook.server.administrator());
    await session.run(sql`drop database if exists ${sql.id(own)}`);
    await session.run(sql`create database ${sql.id(own)}`);
  }
  const script = join(chinook.directory, "own.sql");
  const renamed = readFileSync(path, "latin1").replace(/^(CREATE DATABASE|USE|DROP DATABASE|\/\*!40000 DROP DATABASE|\\connect)\b.*$/gm, "");
  writeFileSync(script, renamed, "latin1");
  await runScript(engine, chinook.server.administrator(own), script);
  return await tablesOf({ engine, chinook }, own);
}

async function tablesOf({ engine, chinook }: Pick<Stage, "engine" | "chinook">, database: string): Promise<ReadonlyMap<string, string>> {
  await using session = await engines[engine].driver.connect(chinook.server.administrator(database));
  const { tables } = await engines[engine].backup.content(session, () => undefined);
  return new Map(tables.map(({ name, rows, hash }) => [name.join("."), `${rows} rows, hash ${hash}`]));
}

function namesOfDifferent(source: ReadonlyMap<string, string>, restored: ReadonlyMap<string, string>): readonly string[] {
  return [...new Set([...source.keys(), ...restored.keys()])].filter((name) => source.get(name) !== restored.get(name));
}

const shares = [0, 0.01, 0.25, 0.5, 0.75, 0.999];

/** Of a directory, the table of contents and the largest files, each in turn. */
async function tryCuts(stage: Stage, what: string, path: string): Promise<void> {
  const files = lstatSync(path).isDirectory() ? cutFiles(path) : [path];
  for (const file of files) {
    const whole = readFileSync(file);
    const afterStatement = whole.indexOf(";\n", whole.length >> 1) + 2;
    for (const size of [...shares.map((share) => Math.floor(whole.length * share)), ...(afterStatement > 2 ? [afterStatement] : [])]) {
      truncateSync(file, size);
      tell(stage, `${what}, cut to ${size} of ${whole.length} bytes`, await acceptance(stage, path));
      writeFileSync(file, whole);
    }
  }
}

function cutFiles(directory: string): readonly string[] {
  const bySize = readdirSync(directory).toSorted((a, b) => lstatSync(join(directory, b)).size - lstatSync(join(directory, a)).size);
  return [...new Set(["toc.dat", ...bySize.slice(0, 3)])].map((name) => join(directory, name));
}

/** What is wrong: nothing when the file is refused. */
async function acceptance({ engine, signal }: Stage, path: string): Promise<readonly string[]> {
  try {
    const floor = engines[engine];
    const tools = await floor.backup.tools(
      testContext,
      (await floor.server.installations(testContext, { embeddedRoot: "/nowhere" }))[0]?.version ?? "",
    );
    const file = await openForeign(testContext, { path, engine: floor });
    await goThrough(testContext, { file, engine: floor, tools, signal, onProgress: () => undefined });
    return ["was read as if it were whole"];
  } catch (thrown) {
    return isProblem(thrown, "RH-BACKUP-003") ? [] : [`refused with ${String(thrown)}`];
  }
}

function tell(stage: Stage, what: string, wrong: readonly string[]): void {
  stage.count++;
  stage.found.push(...wrong.map((seen) => `${what}: ${seen}`));
  stage.print(`${what}${wrong.length === 0 ? "" : ` FOUND ${wrong.slice(0, 3).join("; ")}`}`);
}
