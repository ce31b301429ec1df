// Changes to a backup that is there, as a disk or a person may make them: bytes flipped, files cut, rows rewritten, the
// manifest edited, with or without the hashes made to fit again.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import type { EngineName } from "../../../../src/engines/engines.ts";
import { certificateName, type Manifest, manifestName, pageName, signatureName } from "../../../../src/operations/backup/manifest.ts";
import { ensureSigningKey } from "../../../../src/operations/backup/keys.ts";
import { manifestPurpose } from "../../../../src/operations/backup/open.ts";
import { signText } from "../../../../src/operations/backup/sign.ts";
import type { Context } from "../../../../src/platform/context.ts";

/** The manifest as one may write it into. */
type Editable<T> = T extends readonly (infer One)[] ? Editable<One>[] : T extends object ? { -readonly [Key in keyof T]: Editable<T[Key]> } : T;
export type EditableManifest = Editable<Manifest>;

/** A copy of a backup below `place`, where one may do with it what one likes; an older one there is gone. Nothing says that it was proved. */
export function copyOf(backup: string, place: string): string {
  const to = join(place, basename(backup)); // it is signed for this name
  rmSync(place, { recursive: true, force: true });
  cpSync(backup, to, { recursive: true });
  for (const name of [certificateName, pageName]) rmSync(join(to, name), { force: true });
  return to;
}

export function manifestOf(directory: string): EditableManifest {
  return JSON.parse(readFileSync(join(directory, manifestName), "utf8")) as EditableManifest;
}

export function editManifest(directory: string, edit: (manifest: EditableManifest) => void): void {
  const manifest = manifestOf(directory);
  edit(manifest);
  writeFileSync(join(directory, manifestName), `${JSON.stringify(manifest, null, 2)}\n`);
}

export function editFile(directory: string, path: string, edit: (bytes: Buffer) => Uint8Array): void {
  const at = join(directory, path);
  writeFileSync(at, edit(readFileSync(at)));
}

/** As `editFile`, for what is in a compressed file. */
export function editUnpacked(directory: string, path: string, edit: (text: string) => string): void {
  editFile(directory, path, (bytes) => {
    const before = gunzipSync(bytes).toString("latin1");
    const after = edit(before);
    if (after === before) throw new Error(`${path}: the edit changed nothing`);
    return gzipSync(Buffer.from(after, "latin1"), { level: 1 });
  });
}

/** Flips the lowest bit of one byte. */
export function flip(directory: string, path: string, offset: number, bit = 0): void {
  editFile(directory, path, (bytes) => {
    bytes[offset] = (bytes[offset] ?? 0) ^ (1 << bit);
    return bytes;
  });
}

/** Makes the manifest say of the file what it is now. */
export function rehash(directory: string, path: string): void {
  const bytes = readFileSync(join(directory, path));
  editManifest(directory, ({ files }) => {
    const file = files.find((one) => one.path === path);
    if (!file) throw new Error(`${path} is not in the manifest`);
    file.bytes = bytes.length;
    file.sha256 = createHash("sha256").update(bytes).digest("hex");
  });
}

/** Signs the manifest as it is now, as whoever has our key could. */
export async function signAgain(context: Context, directory: string): Promise<void> {
  const key = await ensureSigningKey(context);
  const text = readFileSync(join(directory, manifestName), "utf8");
  writeFileSync(join(directory, signatureName), signText(key, text, manifestPurpose(basename(directory))));
}

/** The file that holds the rows of a table, below the backup. */
export const rowsFile: Readonly<Record<EngineName, (directory: string, table: string) => string>> = {
  postgres: (directory, table) => {
    const list = execFileSync("pg_restore", ["--list", join(directory, "dump")], { encoding: "utf8" });
    const id = new RegExp(`^(\\d+); \\d+ \\d+ TABLE DATA public ${table} `, "m").exec(list)?.[1];
    if (!id) throw new Error(`${directory} has no rows of ${table}`);
    return `dump/${id}.dat.gz`;
  },
  mariadb: (_directory, table) => `dump/data/${table}.tsv.gz`,
};
