// Passwords of a house: made here, kept in 0600 files of a 0700 directory, read only when nobody else can read them.
import { randomBytes } from "node:crypto";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { Problem } from "../foundation/problem.ts";
import { Secret } from "../foundation/secret.ts";
import { readIfThere, writeFileOnce } from "./files.ts";

/** The secret of that name; made (192 random bits) when there is none yet. */
export async function ensureSecret(directory: string, name: string): Promise<Secret> {
  const path = join(directory, name);
  await writeFileOnce(path, `${randomBytes(24).toString("base64url")}\n`);
  return readSecret(path);
}

/** The secret in a file. Throws RH-FILE-003 when group or others may read it. */
export async function readSecret(path: string): Promise<Secret> {
  const text = await readIfThere(path);
  if (text === undefined)
    throw new Problem("RH-FILE-001", `there is no secret at ${path}`, { hint: "Write the password into that file, mode 0600." });
  const { mode } = await stat(path);
  if ((mode & 0o077) !== 0) {
    throw new Problem("RH-FILE-003", `${path} has mode ${(mode & 0o777).toString(8)}, others can read it`, { hint: `chmod 600 ${path}` });
  }
  const value = text.replace(/\r?\n$/, "");
  if (value === "") throw new Problem("RH-FILE-001", `${path} is empty`, { hint: `Remove it: the next \`rowhouse up\` makes a new password.` });
  return new Secret(value);
}
