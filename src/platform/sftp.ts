// Another machine's files, through OpenSSH's own sftp in batch mode: an argv array, commands on its standard input, no password and no
// agent, the host's key known beforehand or the connection refused, no file of anybody's settings read. Names that sftp would read
// otherwise are refused, and never escaped. Source: sftp(1), ssh_config(5) of OpenSSH 9.2
import { Problem } from "../foundation/problem.ts";
import { dayMs } from "../foundation/units.ts";
import type { Context } from "./context.ts";
import { runAnyway } from "./processes.ts";
import { findProgram } from "./tools.ts";

export interface SftpPlace {
  readonly user: string;
  readonly host: string;
  readonly port: number;
  /** Absolute path of the private key, which nobody else can read. */
  readonly key: string;
  /** Absolute path of the file that tells which key the host has. */
  readonly knownHosts: string;
}

export interface RemoteFile {
  readonly name: string;
  readonly type: "file" | "directory" | "other";
  readonly bytes: number;
}

export interface SftpSession {
  /** One each line; a path is an `argument`. A `-` in front says that its failure does not matter. */
  readonly commands: readonly string[];
  /** Where local names are. */
  readonly directory?: string;
  readonly signal: AbortSignal;
}

type Where = Pick<Context, "environment">;

export async function sftpArgv(context: Where, { user, host, port, key, knownHosts }: SftpPlace): Promise<readonly string[]> {
  const program = await findProgram(context, "sftp");
  if (!program) throw new Problem("RH-TOOL-001", "there is no sftp on this machine", { hint: "apt-get install openssh-client" });
  const options = {
    BatchMode: "yes",
    StrictHostKeyChecking: "yes",
    UserKnownHostsFile: word(knownHosts),
    GlobalKnownHostsFile: "/dev/null",
    IdentityFile: word(key),
    IdentitiesOnly: "yes",
    IdentityAgent: "none",
    PreferredAuthentications: "publickey",
    ProxyCommand: "none",
    PermitLocalCommand: "no",
    ClearAllForwardings: "yes",
    ControlPath: "none",
    UpdateHostKeys: "no",
    ConnectTimeout: "15",
    ServerAliveInterval: "15",
    ServerAliveCountMax: "3",
  };
  const settings = Object.entries(options).flatMap(([name, value]) => ["-o", `${name}=${value}`]);
  return [program, "-b", "-", "-F", "/dev/null", "-P", String(port), ...settings, "--", `${user}@${host}`];
}

/** What neither sftp nor ssh reads as anything but itself. Throws RH-USE-001. */
export function word(text: string): string {
  return plain(text, /^[A-Za-z0-9_.@+=/][A-Za-z0-9_.@+=/-]*$/);
}

/** A path in a command, in quotes: it may have the # that files of partitioned tables have. Throws RH-USE-001. */
export function argument(path: string): string {
  return `"${plain(path, /^[A-Za-z0-9_.@+=/#][A-Za-z0-9_.@+=/#-]*$/)}"`;
}

function plain(text: string, form: RegExp): string {
  if (form.test(text)) return text;
  throw new Problem("RH-USE-001", `${JSON.stringify(text)} cannot stand in a command of sftp`, {
    hint: "Give a name of letters, digits and . _ - @ + = without blanks, not beginning with a dash.",
  });
}

/** Each command is printed again: so many at a time, each time over a connection of its own. */
const commandsAtATime = 5_000;

/** What sftp printed. Throws RH-BACKUP-030 when the connection could not be made or broke, RH-BACKUP-031 when host or key are refused, RH-FILE-001 for a command that failed. */
export async function sftp(context: Where, place: SftpPlace, { commands, directory, signal }: SftpSession): Promise<string> {
  const argv = await sftpArgv(context, place);
  const cwd = directory === undefined ? {} : { cwd: directory };
  const said: string[] = [];
  for (let at = 0; at < commands.length; at += commandsAtATime) {
    const input = `${commands.slice(at, at + commandsAtATime).join("\n")}\n`;
    const program = { argv, input, ...cwd, umask: 0o077, isBackground: true };
    const { exitCode, stdout, stderr } = await runAnyway({ ...program, timeoutMs: dayMs, signal, outputLimitBytes: printedLimitBytes });
    if (exitCode !== 0) throw understood(place, stderr.trim());
    said.push(stdout);
  }
  return said.join("");
}

function understood({ user, host, port, key, knownHosts }: SftpPlace, said: string): Problem {
  const where = `${host}:${port}`;
  const last = said.split("\n").at(-1)?.trim() ?? "";
  if (/Host key verification failed|host key is known|IDENTIFICATION HAS CHANGED/.test(said))
    return new Problem("RH-BACKUP-031", `the key of ${where} is not the one in ${knownHosts}`, {
      hint: `If you know the machine: compare what \`ssh-keyscan -p ${port} ${host}\` prints with its own key, then put the line into ${knownHosts}.`,
    });
  if (/Permission denied \(/.test(said))
    return new Problem("RH-BACKUP-031", `${where} refuses ${user} with the key ${key}`, { hint: `Put ${key}.pub into its authorized_keys.` });
  if (/^(Connection (closed|reset)|client_loop|ssh: |Connection to|Timeout|Could not resolve|Broken pipe|Write failed)/im.test(said) || said === "")
    return new Problem("RH-BACKUP-030", `no connection with ${where}: ${said.split("\n").slice(0, 2).join("; ") || "it was cut"}`, {
      hint: "Run this again: what is there whole stays.",
    });
  return new Problem("RH-FILE-001", `sftp to ${where}: ${last}`, { hint: `Look at the space and the rights that ${user} has there.` });
}

/** Of directories that are listed at a time; a file is a line of about 150 bytes. */
const directoriesAtATime = 200;
const printedLimitBytes = 100_000_000;

/** What is in each directory; one that is not there is left out. Throws RH-PROC-001 for more than can be read. */
export async function listRemote(
  context: Where,
  place: SftpPlace,
  { directories, signal }: { readonly directories: readonly string[]; readonly signal: AbortSignal },
): Promise<ReadonlyMap<string, readonly RemoteFile[]>> {
  const found = new Map<string, readonly RemoteFile[]>();
  for (let at = 0; at < directories.length; at += directoriesAtATime) {
    const commands = directories.slice(at, at + directoriesAtATime).map((path) => `-ls -lan ${argument(path)}`);
    for (const [path, files] of listedIn(await sftp(context, place, { commands, signal }))) found.set(path, files);
  }
  return found;
}

function listedIn(said: string): ReadonlyMap<string, readonly RemoteFile[]> {
  const found = new Map<string, readonly RemoteFile[]>();
  for (const part of said.split(/^sftp> -ls -lan /m).slice(1)) {
    const [quoted = "", ...lines] = part.split("\n");
    const path = quoted.replaceAll('"', "");
    const files = lines.flatMap((line) => fileIn(line, path) ?? []);
    if (files.some(({ name }) => name === "."))
      found.set(
        path,
        files.filter(({ name }) => name !== "." && name !== ".."),
      );
  }
  return found;
}

/** `-rw-------    ? 0        0              99 Nov 25 13:42 /backups/known`; at most one line of it is ours. */
function fileIn(line: string, directory: string): RemoteFile | undefined {
  const [, kind, bytes, path] = /^([-dlbcps])\S*\s.*?\s(\d+) [A-Z][a-z]{2} [ \d]\d +(?:\d\d:\d\d|\d{4}) (\/.*)$/.exec(line) ?? [];
  if (path === undefined || !path.startsWith(`${directory}/`)) return undefined;
  const type = kind === "-" ? "file" : kind === "d" ? "directory" : "other";
  return { name: path.slice(directory.length + 1), type, bytes: Number(bytes) };
}
