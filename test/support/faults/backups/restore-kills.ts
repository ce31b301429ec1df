// FAULT-4: a restore over a database is killed with -9 at each system call that changes something, its statements among them. Then
// the database is the old one whole, or the restored one whole, or it is known to be INCOMPLETE while the old one is kept whole;
// the backup is untouched; the same command again succeeds, and the old one comes back equal.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { DatabaseLook, Move } from "../../../../src/engines/target.ts";
import type { Content } from "../../../../src/engines/backup.ts";
import { sql } from "../../../../src/foundation/sql.ts";
import { asideName, partName } from "../../../../src/operations/backup/restore-names.ts";
import { administratorOn } from "../../../../src/operations/backup/restore-target.ts";
import type { TakenBackup } from "../../../../src/operations/backup/take.ts";
import { compileTool } from "../../crash/compiled.ts";
import { numbered } from "./books.ts";
import { type Ended, makeKeeper, readyCommand } from "./command.ts";
import { callsOf, killedAt, spread } from "./kills.ts";
import { type Subject, takeOf } from "./subject.ts";
import type { Call } from "./trace.ts";
import { type BackupFault, type Tried, tried } from "./tried.ts";

/** Of a full run, per engine. */
const fullPoints = 64;
const shop = "shop";

export interface RestoreGround {
  readonly subject: Subject;
  readonly tool: string;
  readonly backup: TakenBackup;
  /** Of every file of the backup. */
  readonly sha256: string;
  /** What the database held before any restore, and what the backup gives. */
  readonly old: Content;
  readonly restored: Content;
}

export const fault4: BackupFault = async (subject, { seed, runs = fullPoints, signal, tell }) => {
  const tool = compileTool();
  try {
    const ground = await prepareRestore(subject, { tool, signal });
    const calls = await callsOf(subject, await over(ground));
    await takeBack(ground, await sightOf(ground));
    for (const point of spread(calls, runs, seed)) {
      if (signal.aborted) return;
      tell(await killRestore(ground, point));
    }
  } finally {
    rmSync(tool, { recursive: true, force: true });
  }
};

/** A backup, and a database of its content that was written to since. */
export async function prepareRestore(
  subject: Subject,
  { tool, signal }: { readonly tool: string; readonly signal: AbortSignal },
): Promise<RestoreGround> {
  await makeKeeper(subject);
  {
    await using session = await subject.look();
    if (subject.name === "mariadb") await session.run(sql`set global local_infile = on`);
  }
  const backup = await takeOf(subject, { isProved: false, signal });
  const first = { subject, tool, backup };
  demand(await ended(await command(first, ["restore", backup.id, "--store", subject.store, "--into", shop])));
  const restored = await contentOf(subject, shop);
  {
    await using session = await subject.engine.driver.connect(subject.server.administrator(shop));
    await session.run(sql`insert into ${numbered(1)} (note) values ('since')`);
    await session.run(sql`update accounts set balance = balance + 1`);
  }
  return { ...first, sha256: hashOf(backup.directory), old: await contentOf(subject, shop), restored };
}

type Commanding = Pick<RestoreGround, "subject" | "tool">;

function command({ subject, tool }: Commanding, words: readonly string[]) {
  return readyCommand(subject, words, { tool });
}

function over(ground: RestoreGround) {
  return command(ground, ["restore", ground.backup.id, "--store", ground.subject.store, "--over", shop, "--confirm", shop]);
}

async function ended(ready: Awaited<ReturnType<typeof command>>): Promise<Ended> {
  ready.begin();
  return ready.ended;
}

function demand({ exitCode, stderr }: Ended): void {
  if (exitCode !== 0) throw new Error(`ended with ${exitCode}: ${stderr}`);
}

async function contentOf({ engine, server, login }: Subject, database: string): Promise<Content> {
  const { target, survey } = engine.backup;
  await using session = await engine.driver.connect({ ...server.administrator(database), statementTimeoutMs: 120_000 });
  const found = await target.content(session, {
    database,
    survey: { ...(await survey(session)), database: login.database },
    onProgress: () => undefined,
  });
  const sorted = found.tables.filter(({ name }) => !name.join().startsWith("rowhouse_")).toSorted((a, b) => (a.name.join() < b.name.join() ? -1 : 1));
  const own = found.objects.filter(({ kind, name }) => !target.serverKinds.includes(kind) && !name.startsWith("rowhouse_"));
  return { ...found, tables: sorted, objects: own };
}

function hashOf(directory: string): string {
  const hash = createHash("sha256");
  const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  for (const path of files.map((entry) => join(entry.parentPath, entry.name)).toSorted()) hash.update(path).update(readFileSync(path));
  return hash.digest("hex");
}

/** What stands on the server. */
interface Sight {
  readonly now: DatabaseLook | undefined;
  readonly aside: DatabaseLook | undefined;
  readonly part: DatabaseLook | undefined;
  readonly unfinished: readonly Move[];
}

async function sightOf({ subject, backup }: Pick<RestoreGround, "subject" | "backup">): Promise<Sight> {
  const { engine, server } = subject;
  const login = server.administrator();
  const { target } = engine.backup;
  await using session = await administratorOn({ engine, login });
  const look = (name: string) => target.look(session, name, login);
  return {
    now: await look(shop),
    aside: await look(asideName(shop, backup.id.slice(-4))),
    part: await look(partName(shop)),
    unfinished: await target.unfinishedMoves(session),
  };
}

export async function killRestore(ground: RestoreGround, point: Call): Promise<Tried> {
  const killed = await killedAt(await over(ground), point);
  const what = `killed at ${point.name} ${point.nth} (${point.text.slice(0, 50).replace(/\s+/g, " ")})`;
  const sight = await sightOf(ground);
  const { state, complaints } = await stateOf(ground, sight);
  const wrongEnd = killed.exitCode === null || killed.exitCode === 0 ? [] : [`it ended with ${killed.exitCode}: ${killed.stderr.slice(-300)}`];
  const touched = hashOf(ground.backup.directory) === ground.sha256 ? [] : ["the backup was changed"];
  const again = state === "restored" ? [] : await repeat(ground);
  const back = await takeBack(ground, await sightOf(ground));
  return tried(what, {
    state: killed.exitCode === null ? `killed, ${state}` : `not reached, ${state}`,
    complaints: [...wrongEnd, ...complaints, ...touched, ...again, ...back],
  });
}

/** Old, restored or INCOMPLETE; whatever else it is was not to be. */
async function stateOf(
  ground: RestoreGround,
  { now, aside, part, unfinished }: Sight,
): Promise<{ readonly state: string; readonly complaints: readonly string[] }> {
  const isHalf = unfinished.some(({ to }) => to === shop);
  const asideIsHalf = unfinished.some(({ from }) => from === shop);
  const kept = aside && !asideIsHalf ? await differences(ground.subject, { database: aside.name, wanted: ground.old, isAside: true }) : [];
  if (now && !isHalf && !asideIsHalf) {
    const fromOld = await differences(ground.subject, { database: shop, wanted: ground.old });
    if (fromOld.length === 0) return { state: "old", complaints: aside ? ["it is the old one, and another one is kept aside"] : [] };
    const fromNew = await differences(ground.subject, { database: shop, wanted: ground.restored });
    return { state: "restored", complaints: [...fromNew, ...kept, ...(aside ? [] : ["the old one is gone"])] };
  }
  const isKnown = part !== undefined || isHalf;
  const isSafe = aside !== undefined || asideIsHalf;
  return {
    state: isHalf ? "INCOMPLETE, in its place" : "INCOMPLETE, beside",
    complaints: [...kept, ...(isKnown ? [] : ["nothing tells that it is not whole"]), ...(isSafe ? [] : ["the old one is gone"])],
  };
}

interface Wanted {
  readonly database: string;
  readonly wanted: Content;
  /** Its events wait until it comes back. */
  readonly isAside?: boolean;
}

async function differences(subject: Subject, { database, wanted, isAside = false }: Wanted): Promise<readonly string[]> {
  const found = await contentOf(subject, database);
  const plain = ({ tables, counters, objects }: Content) =>
    JSON.stringify([tables, counters, objects.filter(({ kind }) => !(isAside && kind === "event"))]);
  return plain(found) === plain(wanted) ? [] : [`${database} is not what it has to be: ${firstDifference(plain(found), plain(wanted))}`];
}

function firstDifference(one: string, other: string): string {
  let at = 0;
  while (one[at] === other[at]) at++;
  return `…${one.slice(Math.max(0, at - 60), at + 80)}…, not …${other.slice(at, at + 80)}…`;
}

/** The same command again, as a person would type it. */
async function repeat(ground: RestoreGround): Promise<readonly string[]> {
  const { exitCode, stderr } = await ended(await over(ground));
  if (exitCode !== 0) return [`the next restore ended with ${exitCode}: ${stderr.slice(-400)}`];
  const { state, complaints } = await stateOf(ground, await sightOf(ground));
  return state === "restored" ? complaints : [`the next restore left it ${state}`, ...complaints];
}

/** Brings the old one back, and removes what took its place. */
async function takeBack(ground: RestoreGround, { aside, part }: Sight): Promise<readonly string[]> {
  const { subject } = ground;
  if (!aside) return ["there is nothing to bring back"];
  const { exitCode, stdout, stderr } = await ended(await command(ground, ["undo", aside.name, "--confirm", shop, "--json"]));
  if (exitCode !== 0) return [`undo ended with ${exitCode}: ${stderr.slice(-400)}`];
  const { keptAs } = (JSON.parse(stdout.slice(stdout.indexOf("{"))) as { readonly result: { readonly keptAs: string } }).result;
  await using session = await administratorOn({ engine: subject.engine, login: subject.server.administrator() });
  await subject.engine.backup.target.drop(session, keptAs);
  const left = part ? [`${part.name} is left`] : [];
  return [...left, ...(await differences(subject, { database: shop, wanted: ground.old }))];
}
