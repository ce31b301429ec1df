// Recovery kits: made, read back from wherever they were put, and taken over on another machine. Making the first one switches
// encryption on; until one was read back, each backup and `status` say so. What is known of the kits lies beside the keys.
import { hostname } from "node:os";
import { join, resolve } from "node:path";
import { createHash } from "node:crypto";
import { type Static, Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import type { Evidence } from "../../foundation/evidence.ts";
import type { Plan } from "../../foundation/plan.ts";
import { Problem } from "../../foundation/problem.ts";
import type { Context } from "../../platform/context.ts";
import { diskOf } from "../../platform/disks.ts";
import { ensureDirectory, exists, readIfThere, writeFileAtomic, writeFileOnce } from "../../platform/files.ts";
import { packageVersion } from "../../platform/package.ts";
import { currentUser } from "../../platform/users.ts";
import { houseFile } from "../stack/house.ts";
import { addKeys, ensureIdentity, ensureSigningKey, keysDirectory, ownKeyring, recipientInUse, recipientOf } from "./keys.ts";
import { type Kit, kitText, parseKit } from "./kit-text.ts";

/** What a kit is for. */
export interface KitSubject {
  /** The house's directory; undefined for the databases of other servers. */
  readonly house: string | undefined;
  readonly engines: readonly string[];
  readonly stores: readonly string[];
  /** Where the data is, when it is known: a kit on that disk is lost with it. */
  readonly data: string | undefined;
}

const RecordSchema = Type.Array(
  Type.Object({
    /** Of the kit's text. */
    sha256: Type.String(),
    house: Type.Optional(Type.String()),
    /** Of rowhouse.toml as it is in the kit. */
    houseSha256: Type.Optional(Type.String()),
    madeAt: Type.String(),
    recipient: Type.String(),
    /** When and where it was read back. */
    checkedAt: Type.Optional(Type.String()),
    checkedAs: Type.Optional(Type.String()),
    /** It was read back from the disk of the data, of the backups or of the keys. */
    isNear: Type.Optional(Type.Boolean()),
  }),
);
type KitRecord = Static<typeof RecordSchema>[number];

/** Writes a kit where nothing is yet. The first one makes the key that backups are encrypted to. */
export async function planKit(context: Context, options: { readonly to: string; readonly subject: KitSubject }): Promise<Plan> {
  const { to, subject } = options;
  await refuseNearby(context, to, subject);
  if (await exists(to))
    throw new Problem("RH-USE-001", `${to} is there already`, { field: "to", hint: "Give another name: an old kit may be needed." });
  const isFirst = (await recipientInUse(context)) === undefined;
  return {
    title: `make a recovery kit for ${subjectName(subject)}`,
    steps: [
      {
        title: isFirst ? "make the key that opens backups" : "take the keys that are in use",
        why: isFirst ? "encryption is on from now on, for every backup that is taken from here" : "one kit opens all backups of this machine",
        writes: [keysDirectory(context)],
        act: async () => {
          await ensureSigningKey(context);
          await ensureIdentity(context);
          return [];
        },
      },
      {
        title: `write ${to}`,
        why: "everything that recovering needs besides the backups; 0600",
        writes: [to],
        act: async () => [await writeKit(context, { to, subject })],
      },
    ],
  };
}

/** Whoever finds the backups must not find what opens them beside them. */
async function refuseNearby(context: Context, to: string, { stores, house }: KitSubject): Promise<void> {
  const near = [...stores, ...(house === undefined ? [] : [house]), keysDirectory(context)].find((path) =>
    `${resolve(to)}/`.startsWith(`${resolve(path)}/`),
  );
  if (near === undefined) return;
  throw new Problem("RH-USE-001", `${to} is in ${near}: who finds one would have the other, and one fire would take both`, {
    field: "to",
    hint: "Give a path on another disk.",
  });
}

export function subjectName({ house }: Pick<KitSubject, "house">): string {
  return house === undefined ? "the databases of other servers" : `the house at ${house}`;
}

async function writeKit(context: Context, { to, subject }: { readonly to: string; readonly subject: KitSubject }): Promise<Evidence> {
  const began = context.clock.monotonicMs();
  const [signing, identity] = [await ensureSigningKey(context), await ensureIdentity(context)];
  const houseText = subject.house === undefined ? undefined : await readIfThere(houseFile(subject.house));
  const madeAt = context.clock.now().toISOString();
  const kit: Kit = {
    made: `${madeAt} by ${currentUser().name}@${hostname()}, rowhouse ${await packageVersion()}`,
    house: subject.house,
    engines: subject.engines,
    stores: subject.stores,
    recipient: await recipientOf(identity),
    signer: signing.text,
    houseText,
    signing: signing.pem,
    identity,
  };
  const text = kitText(kit);
  await writeFileOnce(to, text);
  const records = await readRecords(context);
  const house = subject.house === undefined ? {} : { house: subject.house };
  const houseSha256 = houseText === undefined ? {} : { houseSha256: sha256(houseText) };
  await writeRecords(context, [...records, { sha256: sha256(text), ...house, ...houseSha256, madeAt, recipient: kit.recipient }]);
  return { subject: "kit", seen: `${to}, opens what is encrypted to ${kit.recipient}`, tookMs: context.clock.monotonicMs() - began };
}

/** Throws RH-FILE-001 when there is none. */
export async function readKitText(path: string): Promise<string> {
  const text = await readIfThere(path);
  if (text === undefined) throw new Problem("RH-FILE-001", `there is no ${path}`, { hint: "Give the file of the recovery kit." });
  return text;
}

/** Throws RH-FILE-001 when there is none, RH-BACKUP-006 when it is no kit. */
export async function readKit(path: string): Promise<Kit> {
  return parseKit(await readKitText(path), path);
}

export interface CheckedKit {
  readonly kit: Kit;
  /** What is not as it should be although the kit is whole. */
  readonly notes: readonly string[];
}

/** Confirms that a kit can be read back and holds the keys that are in use. Throws RH-BACKUP-006 when it does not. */
export async function checkKit(
  context: Context,
  options: { readonly path: string; readonly text: string; readonly data: string | undefined },
): Promise<CheckedKit> {
  const { path, text } = options;
  const kit = parseKit(text, path);
  const { signers } = await ownKeyring(context);
  const inUse = await recipientInUse(context);
  if ((await recipientOf(kit.identity)) !== inUse || signers[0]?.text !== kit.signer)
    throw new Problem("RH-BACKUP-006", `${path} is whole, and holds other keys than those that are in use here`, {
      hint: "It opens older backups or those of another machine, keep it. Make one with these keys: `rowhouse backup kit --to FILE`.",
    });
  const records = await readRecords(context);
  const record = records.find((one) => one.sha256 === sha256(text)) ?? newRecord(kit, text);
  const near =
    path === "-" ? undefined : await nearDisk(path, [...kit.stores, keysDirectory(context), ...(options.data === undefined ? [] : [options.data])]);
  const checked = { ...record, checkedAt: context.clock.now().toISOString(), checkedAs: path, isNear: near !== undefined };
  await writeRecords(context, [...records.filter(({ sha256: one }) => one !== checked.sha256), checked]);
  return { kit, notes: near === undefined ? [] : [`${path} is on the same disk as ${near}: put a copy elsewhere, and check that one`] };
}

/** Of a kit that was made before the record was lost. */
function newRecord({ house, houseText, made, recipient }: Kit, text: string): KitRecord {
  return {
    sha256: sha256(text),
    ...(house === undefined ? {} : { house }),
    ...(houseText === undefined ? {} : { houseSha256: sha256(houseText) }),
    madeAt: made.split(" ")[0] ?? "",
    recipient,
  };
}

async function nearDisk(path: string, others: readonly string[]): Promise<string | undefined> {
  const own = await diskOf(path);
  for (const other of others) if ((await diskOf(other)) === own) return other;
  return undefined;
}

/** This machine goes on with a kit's keys. May be repeated. */
export async function goOnWith(context: Context, path: string): Promise<Kit> {
  const kit = await readKit(path);
  await addKeys(context, kit);
  return kit;
}

/** What a person has to be told about the keys of these backups, on every take and in `status`. */
export async function kitNotes(context: Context, subject: Pick<KitSubject, "house">): Promise<readonly string[]> {
  const to = "`rowhouse backup kit --to FILE`";
  const recipient = await recipientInUse(context);
  if (recipient === undefined) return [`backups are not encrypted, and there is no recovery kit: ${to} makes one and encrypts from then on`];
  const kits = (await readRecords(context)).filter((kit) => kit.recipient === recipient && kit.house === subject.house);
  const newest = kits.at(-1);
  if (!newest) return [`there is no recovery kit for ${subjectName(subject)}: ${to}`];
  const confirmed = kits.findLast(({ checkedAt }) => checkedAt !== undefined);
  if (!confirmed) return [`the recovery kit of ${newest.madeAt} was not read back yet: \`rowhouse backup kit --check FILE\`, from where you put it`];
  const text = subject.house === undefined ? undefined : await readIfThere(houseFile(subject.house));
  return [
    ...(confirmed.isNear ? [`the recovery kit was read back from ${confirmed.checkedAs}, on the same disk: put it elsewhere`] : []),
    ...(text === undefined || confirmed.houseSha256 === sha256(text) ? [] : [`rowhouse.toml was changed since the recovery kit was made: ${to}`]),
  ];
}

function recordsPath(context: Context): string {
  return join(keysDirectory(context), "kits.json");
}

async function readRecords(context: Context): Promise<readonly KitRecord[]> {
  const path = recordsPath(context);
  const text = await readIfThere(path);
  if (text === undefined) return [];
  try {
    return Value.Decode(RecordSchema, JSON.parse(text));
  } catch {
    return []; // then no kit counts as read back, which is what a person is told
  }
}

async function writeRecords(context: Context, records: readonly KitRecord[]): Promise<void> {
  await ensureDirectory(keysDirectory(context));
  await writeFileAtomic(recordsPath(context), `${JSON.stringify(records, null, 2)}\n`);
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
