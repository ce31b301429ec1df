// System users: a tier each when we are root, one uid for all otherwise. Sources: passwd(5), useradd(8).
import { readFile } from "node:fs/promises";
import { userInfo } from "node:os";
import type { Owner } from "./files.ts";

export interface SystemUser extends Owner {
  readonly name: string;
}

/** The user this process runs as. */
export function currentUser(): SystemUser {
  const { uid, gid, username } = userInfo();
  return { name: username, uid, gid };
}

export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/** The system user of that name, undefined when there is none. */
export async function findUser(name: string): Promise<SystemUser | undefined> {
  return (await allUsers()).find((user) => user.name === name);
}

export async function userOfId(uid: number): Promise<SystemUser | undefined> {
  return (await allUsers()).find((user) => user.uid === uid);
}

async function allUsers(): Promise<readonly SystemUser[]> {
  const lines = (await readFile("/etc/passwd", "utf8")).split("\n").filter((line) => line !== "");
  return lines.map((line) => {
    const [name = "", , uid, gid] = line.split(":");
    return { name, uid: Number(uid), gid: Number(gid) };
  });
}

/** The command that makes a system user without a home or a shell. */
export function userAddCommand(name: string): readonly string[] {
  return ["/usr/sbin/useradd", "--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin", name];
}
