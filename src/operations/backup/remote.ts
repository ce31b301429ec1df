// A store on another machine, by its address: sftp://user@host:port/path. How one gets in is two files that lie beside the keys of
// backups: a private key without a passphrase, and the host's own key. There is no password, in the address or elsewhere.
import { join } from "node:path";
import { Problem } from "../../foundation/problem.ts";
import type { Context } from "../../platform/context.ts";
import { statIfThere } from "../../platform/files.ts";
import { type SftpPlace, word } from "../../platform/sftp.ts";
import { keysDirectory } from "./keys.ts";

export interface RemoteStore extends SftpPlace {
  /** As it was given. */
  readonly address: string;
  /** Absolute, at the other end. */
  readonly path: string;
}

/** True for what is no directory's name. */
export function isAddress(text: string): boolean {
  return /^[a-z][a-z0-9+.-]*:/i.test(text);
}

const form = /^sftp:\/\/([A-Za-z_][A-Za-z0-9_.-]*)@([A-Za-z0-9][A-Za-z0-9.-]*|\[[0-9A-Fa-f:.]+\])(?::(\d{1,5}))?((?:\/[A-Za-z0-9_.@+=-]+)+)\/?$/;

/** Throws RH-USE-001 for another address, RH-FILE-001 and RH-FILE-003 about the key, RH-BACKUP-031 when nobody says which key the host has. */
export async function remoteStore(context: Pick<Context, "environment">, address: string): Promise<RemoteStore> {
  const [, user = "", host = "", port = "22", path = ""] = form.exec(address) ?? [];
  const parts = path.split("/").slice(1);
  if (user === "" || Number(port) < 1 || Number(port) > 65_535 || parts.some((part) => part === "." || part === ".." || part.startsWith("-"))) {
    throw new Problem("RH-USE-001", "this is no address of a store", {
      hint: "Give sftp://user@host:port/path: no password, an absolute path of letters, digits and . _ - @ + =.",
    });
  }
  const files = join(keysDirectory(context), "sftp");
  const key = word(context.environment["ROWHOUSE_SFTP_KEY"] ?? join(files, "key"));
  const knownHosts = word(context.environment["ROWHOUSE_SFTP_KNOWN_HOSTS"] ?? join(files, "known_hosts"));
  await refuseOpenKey(key);
  if (!(await statIfThere(knownHosts))) {
    throw new Problem("RH-BACKUP-031", `${knownHosts} is missing: nobody says which key ${host} has`, {
      hint: `Compare what \`ssh-keyscan -p ${port} ${host}\` prints with the machine's own key, then write it there.`,
    });
  }
  return {
    address: `sftp://${user}@${host}:${port}/${parts.join("/")}`,
    user,
    host,
    port: Number(port),
    path: `/${parts.join("/")}`,
    key,
    knownHosts,
  };
}

async function refuseOpenKey(key: string): Promise<void> {
  const stat = await statIfThere(key);
  if (!stat?.isFile()) {
    const hint = `Make one: \`ssh-keygen -t ed25519 -N '' -f ${key}\`, and put ${key}.pub into authorized_keys at the other end.`;
    throw new Problem("RH-FILE-001", `there is no key at ${key}`, { hint });
  }
  if ((Number(stat.mode) & 0o077) === 0) return;
  throw new Problem("RH-FILE-003", `${key} has mode ${(Number(stat.mode) & 0o777).toString(8)}, others can read it`, { hint: `chmod 600 ${key}` });
}
