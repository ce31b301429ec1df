// The keys of whoever takes backups on this machine: one that signs, made at the first need, and from the first recovery kit on one
// that encrypts. They lie beside the houses and in no store, and are used only while nobody else can read them (SEC-17).
import { join } from "node:path";
import { generateX25519Identity, identityToRecipient } from "age-encryption";
import { Problem } from "../../foundation/problem.ts";
import { Secret } from "../../foundation/secret.ts";
import type { Context } from "../../platform/context.ts";
import { ensureDirectory, exists, writeFileAtomic, writeFileOnce } from "../../platform/files.ts";
import { readSecret } from "../../platform/secrets.ts";
import { housesRoot } from "../stack/house.ts";
import { newSigningPem, type PublicKey, publicKey, type SigningKey, signingKey } from "./sign.ts";

/** What backups are read and believed by. */
export interface Keyring {
  /** Whose signatures count. */
  readonly signers: readonly PublicKey[];
  /** What opens encrypted backups, the one in use first. */
  readonly identities: readonly Secret[];
}

type Where = Pick<Context, "environment">;

/** ROWHOUSE_KEYS says otherwise. */
export function keysDirectory(context: Where): string {
  return context.environment["ROWHOUSE_KEYS"] ?? join(housesRoot(context as Context), "keys");
}

function pathOf(context: Where, name: "signing.pem" | "identity.txt" | "known.txt"): string {
  return join(keysDirectory(context), name);
}

/** Made at the first need. Throws RH-FILE-003 when others can read it. */
export async function ensureSigningKey(context: Where): Promise<SigningKey> {
  const path = pathOf(context, "signing.pem");
  await ensureDirectory(keysDirectory(context));
  await writeFileOnce(path, newSigningPem());
  return readSigningKey(path);
}

async function readSigningKey(path: string): Promise<SigningKey> {
  const pem = (await readSecret(path)).reveal();
  return understood(path, () => signingKey(pem));
}

/** Switches encryption on: from now on backups are encrypted to what this identity opens. One that is there stays. */
export async function ensureIdentity(context: Where): Promise<Secret> {
  const path = pathOf(context, "identity.txt");
  await ensureDirectory(keysDirectory(context));
  if (!(await exists(path))) await writeFileOnce(path, identityText([await generateX25519Identity()]));
  const [first] = await readIdentities(path);
  if (!first) throw new Problem("RH-FILE-001", `${path} holds no identity`, { hint: "Put back the one of the recovery kit." });
  return first;
}

function identityText(identities: readonly string[]): string {
  return ["# What opens the encrypted backups; age -d -i reads it too. The first one is in use.", ...identities, ""].join("\n");
}

async function readIdentities(path: string): Promise<readonly Secret[]> {
  const lines = (await readSecret(path)).reveal().split("\n");
  return lines.filter((line) => line !== "" && !line.startsWith("#")).map((line) => new Secret(line));
}

/** The recipient that backups are encrypted to; undefined while there is no recovery kit. */
export async function recipientInUse(context: Where): Promise<string | undefined> {
  const path = pathOf(context, "identity.txt");
  if (!(await exists(path))) return undefined;
  return recipientOf(await ensureIdentity(context));
}

export async function recipientOf(identity: Secret): Promise<string> {
  return identityToRecipient(identity.reveal());
}

/** This machine's keys, as far as there are any. */
export async function ownKeyring(context: Where): Promise<Keyring> {
  const [signing, identity, known] = [pathOf(context, "signing.pem"), pathOf(context, "identity.txt"), pathOf(context, "known.txt")];
  return {
    signers: [...((await exists(signing)) ? [await readSigningKey(signing)] : []), ...((await exists(known)) ? await readKnown(known) : [])],
    identities: (await exists(identity)) ? await readIdentities(identity) : [],
  };
}

async function readKnown(path: string): Promise<readonly PublicKey[]> {
  const lines = (await readSecret(path)).reveal().split("\n");
  return lines.filter((line) => line !== "" && !line.startsWith("#")).map((line) => understood(path, () => publicKey(line)));
}

export interface KitKeys {
  /** PEM. */
  readonly signing: Secret;
  readonly identity: Secret;
}

/** A kit's keys become this machine's: as its own where it has none, beside its own where it has. May be repeated. */
export async function addKeys(context: Where, kit: KitKeys): Promise<void> {
  await ensureDirectory(keysDirectory(context));
  const theirs = signingKey(kit.signing.reveal());
  await writeFileOnce(pathOf(context, "signing.pem"), kit.signing.reveal());
  const { signers, identities } = await ownKeyring(context);
  const known = signers.slice(1).map(({ text }) => text);
  if (!signers.some(({ id }) => id === theirs.id))
    await writeFileAtomic(
      pathOf(context, "known.txt"),
      ["# Keys whose signatures count too, from recovery kits.", ...known, theirs.text, ""].join("\n"),
    );
  const texts = identities.map((identity) => identity.reveal());
  if (!texts.includes(kit.identity.reveal())) await writeFileAtomic(pathOf(context, "identity.txt"), identityText([...texts, kit.identity.reveal()]));
}

function understood<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new Problem("RH-FILE-001", `${path} is not a key`, {
      cause,
      hint: "Put back the one of the recovery kit: `rowhouse backup kit --use FILE`.",
    });
  }
}
