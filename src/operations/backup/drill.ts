// A drill: everything back from nothing but a recovery kit and a store, in an empty directory, by the clock. A house comes back with
// its service, a database of another server in a throw-away one. What was rebuilt is removed again, unless a place was given for it.
import { randomBytes } from "node:crypto";
import { basename, join } from "node:path";
import type { Tool } from "../../engines/backup.ts";
import type { Engine, Installation } from "../../engines/engine.ts";
import { engineNamed } from "../../engines/engines.ts";
import type { Verdict } from "../../foundation/evidence.ts";
import type { Plan, StepText } from "../../foundation/plan.ts";
import { isProblem, Problem } from "../../foundation/problem.ts";
import { dayMs, formatDuration } from "../../foundation/units.ts";
import type { Context } from "../../platform/context.ts";
import { namesIn, remove, statIfThere } from "../../platform/files.ts";
import { identify } from "../../platform/identity.ts";
import { currentUser } from "../../platform/users.ts";
import { takeDown } from "../stack/down.ts";
import { type HouseConfig, parseHouse, readHouse } from "../stack/house.ts";
import { embeddedRoot } from "../stack/install.ts";
import { compareCopy } from "./compare.ts";
import { type DrillOutcome, keepDrill } from "./drill-record.ts";
import { findBackup } from "./find.ts";
import type { Keyring } from "./keys.ts";
import type { Kit } from "./kit-text.ts";
import { type ListedBackup, listBackups } from "./list.ts";
import { allDatabases, type DatabaseManifest, drillName, type Manifest, readManifest, surveyOf, wholeServer } from "./manifest.ts";
import type { PlainBackup } from "./open.ts";
import { openBackup } from "./opened.ts";
import { refusePart } from "./scope.ts";
import { proofUserSteps } from "./proof-steps.ts";
import { rebuildHouse, refuseNotEmpty } from "./rebuild.ts";
import { publicKey, signingKey } from "./sign.ts";
import { clearAbandoned, newProofDirectory, proofsRoot, startThrowaway } from "./throwaway.ts";

export interface DrillOptions {
  readonly kit: Kit;
  readonly store: string;
  /** An id or the end of one; else the newest that is proved, else the newest. */
  readonly name: string | undefined;
  /** An empty directory in which the house stays, up. */
  readonly into: string | undefined;
  readonly mayInstall: boolean;
  readonly onProgress: (text: string) => void;
}

export interface DrillReport extends DrillOutcome {
  readonly id: string;
  readonly directory: string;
  readonly verdict: Verdict;
  /** Where the house stands now, when it was to stay. */
  readonly house?: string;
  readonly notes: readonly string[];
}

export interface PlannedDrill {
  readonly plan: Plan;
  /** Does it, tells `onStep` before each part, and keeps what came of it beside the backup. */
  readonly drill: (signal: AbortSignal, onStep: (step: Pick<StepText, "title">) => void) => Promise<DrillReport>;
}

interface Draft {
  readonly context: Context;
  readonly options: DrillOptions;
  readonly backup: ListedBackup;
  readonly manifest: DatabaseManifest;
  readonly keyring: Keyring;
  readonly engine: Engine;
  readonly tools: readonly Tool[];
  /** Of the house; undefined for a database of another server. */
  readonly config: HouseConfig | undefined;
  /** Where it is rebuilt. */
  readonly place: string;
}

/** Looks at kit, store and machine. Throws RH-BACKUP-010, RH-TOOL-001, RH-HOUSE-004, RH-USE-001; changes nothing. */
export async function planDrill(context: Context, options: DrillOptions): Promise<PlannedDrill> {
  const { kit, store, into } = options;
  const keyring = { signers: [publicKey(kit.signer)], identities: [kit.identity] };
  const wanted = kit.houseText === undefined ? undefined : parseHouse(kit.houseText, "rowhouse.toml in the kit");
  const config = wanted?.target === undefined ? wanted : undefined; // a server that is not the house's own is not ours to rebuild
  if (into !== undefined && !config)
    throw new Problem("RH-USE-001", "a database of another server has no house that could stay", {
      field: "into",
      hint: "Leave --into out for a drill. To have the data back: `rowhouse backup kit --use FILE`, then `rowhouse backup restore`.",
    });
  if (into !== undefined) await refuseNotEmpty(into);
  const backup = chosen(
    options,
    (await listBackups(context, store, keyring)).filter((one) => isOf(config, one)),
  );
  const { manifest }: { readonly manifest: Manifest } = await readManifest(backup.directory);
  refusePart(manifest);
  const engine = engineNamed(manifest.engine);
  const tools = await engine.backup.tools(context, manifest.server.version);
  const place = into ?? (config ? await newDrillDirectory() : await newProofDirectory());
  const draft: Draft = { context, options, backup, manifest, keyring, engine, tools, config, place };
  return { plan: planOf(draft), drill: (signal, onStep) => drill(draft, { signal, onStep }) };
}

function isOf(config: HouseConfig | undefined, { content }: ListedBackup): boolean {
  return (
    config === undefined ||
    content === undefined ||
    (content.engine === config.engine && [config.app.database, allDatabases, wholeServer].includes(content.database))
  );
}

/** The newest proved one; where none is, the newest one that is at least readable, which a person in need wants all the same. */
function chosen({ name, store }: DrillOptions, all: readonly ListedBackup[]): ListedBackup {
  const isWhole = ({ content }: ListedBackup) => (content?.kind ?? "database") === "database"; // nothing is rebuilt from a part
  const backups = all.filter(isWhole);
  const refused = all.filter(({ content }) => ["all", "base"].includes(content?.kind ?? "")); // by name, since somebody may mean one
  if (name !== undefined && name !== "latest") return findBackup({ name, backups: [...backups, ...refused], store });
  try {
    return findBackup({ name: "latest", backups, store });
  } catch (thrown) {
    if (!isProblem(thrown, "RH-BACKUP-010")) throw thrown;
    return findBackup({ name: undefined, backups: backups.filter(({ state }) => state !== "FAILED"), store });
  }
}

const ownDirectory = /^rowhouse-drill-(\d+)-(\d+)-[0-9a-f]{8}$/;

/** Named for this process, so that what a kill left is known. */
async function newDrillDirectory(): Promise<string> {
  const self = await identify(process.pid);
  return join(proofsRoot, `rowhouse-drill-${process.pid}-${self?.startTicks}-${randomBytes(4).toString("hex")}`);
}

function planOf({ backup, config, engine, manifest, options, place }: Draft): Plan {
  const act = async () => [];
  const what = config ? `the house, in ${place}` : `${manifest.database.name} in a throw-away ${engine.title} ${manifest.server.version}`;
  const end = options.into === undefined ? [{ title: "remove it again", why: "a drill leaves nothing behind", writes: [place], act }] : [];
  return {
    title: `rebuild ${what}, from ${backup.id} and the recovery kit alone`,
    steps: [
      { title: "open the backup", why: "signature and hashes first; decrypted with the kit's key", act },
      {
        title: `restore ${manifest.database.name}`,
        why: config ? "into an empty server, then everything that `up` does" : "into an empty server",
        writes: [place],
        act,
      },
      { title: "compare", why: "every row and object with what the manifest says; not counted into the time", act },
      ...end,
      { title: "record the time", why: "`backup list` and `status` tell it", writes: [join(backup.directory, drillName)], act },
    ],
  };
}

interface How {
  readonly signal: AbortSignal;
  readonly onStep: (step: Pick<StepText, "title">) => void;
}

async function drill(draft: Draft, how: How): Promise<DrillReport> {
  const { context, backup, config, options } = draft;
  const what = config ? "house" : "database";
  await clearAbandonedDrills(context);
  await clearAbandoned(context);
  const began = context.clock.monotonicMs();
  how.onStep({ title: "open the backup" });
  await using plain = await openBackup(context, backup, { signal: how.signal, keyring: draft.keyring }); // a kit that does not open it records nothing
  try {
    const rebuilt = config ? await houseAgain(draft, config, { plain, ...how }) : await databaseAgain(draft, { plain, ...how });
    const recoveryMs = Math.round(rebuilt.endedMs - began - rebuilt.comparedMs);
    const outcome: DrillOutcome = {
      state: rebuilt.verdict.state === "sound" ? "RECOVERED" : "FAILED",
      what,
      recoveryMs,
      restoreMs: Math.round(rebuilt.restoreMs),
      ...becauseOf(rebuilt.verdict),
    };
    const notes = await keep(draft, outcome);
    const stays = config && options.into !== undefined ? { house: draft.place } : {};
    return { id: backup.id, directory: backup.directory, verdict: rebuilt.verdict, ...outcome, ...stays, notes: [...notes, ...stateNotes(draft)] };
  } catch (thrown) {
    if (!isProblem(thrown) || thrown.code === "RH-USE-002") throw thrown;
    const tookMs = Math.round(context.clock.monotonicMs() - began);
    await keep(draft, { state: "FAILED", what, recoveryMs: tookMs, restoreMs: 0, because: thrown.message });
    throw thrown;
  }
}

function becauseOf(verdict: Verdict): { readonly because?: string } {
  if (verdict.state === "unknown") return { because: verdict.because };
  const first = verdict.state === "faulty" ? verdict.findings[0] : undefined;
  return first ? { because: `${first.subject} ${first.seen}` } : {};
}

function stateNotes({ backup }: Draft): readonly string[] {
  return backup.state === "PROVED" ? [] : [`${backup.id} was ${backup.state}, not PROVED, when this began: ${backup.because ?? ""}`];
}

/** A store that may only be read gets its data back all the same. */
async function keep({ context, backup, options }: Draft, outcome: DrillOutcome): Promise<readonly string[]> {
  try {
    await keepDrill(context.clock, backup.directory, { key: signingKey(options.kit.signing.reveal()), outcome });
    return [];
  } catch (thrown) {
    if (!isProblem(thrown, "RH-FILE-001", "RH-FILE-002")) throw thrown;
    return [`that it took ${formatDuration(outcome.recoveryMs)} could not be recorded: ${thrown.message}`];
  }
}

interface Rebuilding {
  readonly verdict: Verdict;
  readonly restoreMs: number;
  readonly comparedMs: number;
  /** When it answered. */
  readonly endedMs: number;
}

async function houseAgain(draft: Draft, config: HouseConfig, { plain, signal, onStep }: How & { readonly plain: PlainBackup }): Promise<Rebuilding> {
  const { context, options, manifest, tools, place } = draft;
  const { onProgress, mayInstall, kit } = options;
  const more = { manifest, plain, tools, mayInstall, signal, onProgress, onStep: (title: string) => onStep({ title }) };
  try {
    const rebuilt = await rebuildHouse(context, { directory: place, config, text: kit.houseText ?? "", ...more });
    const endedMs = context.clock.monotonicMs();
    if (options.into === undefined) await removeHouse(context, place);
    return { ...rebuilt, endedMs };
  } catch (thrown) {
    await removeHouse(context, place); // it was empty before, and the next try wants it empty
    throw thrown;
  }
}

/** The directory itself may be a mount point, and stays when it was given. */
async function removeHouse(context: Context, directory: string): Promise<void> {
  const house = await readHouse(directory).catch(() => undefined); // it may not have come that far
  if (house) await takeDown(context, house);
  for (const name of await namesIn(directory)) await remove(join(directory, name));
  if (ownDirectory.test(basename(directory))) await remove(directory);
}

async function databaseAgain(draft: Draft, { plain, signal, onStep }: How & { readonly plain: PlainBackup }): Promise<Rebuilding> {
  const { context, options, manifest, engine, tools, place } = draft;
  const { clock } = context;
  for (const step of await proofUserSteps()) await step.act(signal, () => undefined);
  onStep({ title: `restore ${manifest.database.name}` });
  const survey = surveyOf(manifest);
  const { onProgress } = options;
  await using server = await startThrowaway(context, { engine, installation: await installationFor(draft), directory: place, survey, signal });
  const began = clock.monotonicMs();
  const job = { survey, tools, place: server.place, secretsDirectory: server.secretsDirectory, directory: plain.directory };
  await engine.backup.restore(context, { ...job, kind: manifest.kind, tables: manifest.tables, signal, onProgress });
  await using session = await engine.driver.connect({
    ...engine.server.administrator(server.place, manifest.database.name),
    statementTimeoutMs: dayMs,
  });
  const endedMs = clock.monotonicMs();
  onStep({ title: "compare" });
  const verdict = await compareCopy(context, { engine, manifest, catalogue: plain.catalogue, onProgress }, session);
  return { verdict, restoreMs: endedMs - began, comparedMs: 0, endedMs };
}

async function installationFor({ context, engine, manifest }: Draft): Promise<Installation> {
  const major = engine.server.majorOf(manifest.server.version);
  const found = (await engine.server.installations(context, { embeddedRoot: embeddedRoot(context) })).find((one) => one.major === major);
  if (found) return found;
  throw new Problem("RH-TOOL-001", `there is no ${engine.title} ${major} server program on this machine`, {
    hint: "Install it, or restore by hand.",
  });
}

/** Takes down and removes what drills left whose process is gone. */
async function clearAbandonedDrills(context: Context): Promise<void> {
  for (const name of await namesIn(proofsRoot)) {
    const [, pid, startTicks] = ownDirectory.exec(name) ?? [];
    if (pid === undefined || (await identify(Number(pid)))?.startTicks === Number(startTicks)) continue;
    const directory = join(proofsRoot, name);
    const stat = await statIfThere(directory);
    if (stat?.isDirectory() && Number(stat.uid) === currentUser().uid) await removeHouse(context, directory);
  }
}
