// When the next backup is due, and the files by which cron or systemd take it. A moment is of the day in UTC: such a day has each
// moment once, whatever a country does with its clocks. Source: systemd.timer(5), systemd.service(5), crontab(5)
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { isWord, render } from "../../deploy/render.ts";
import { Problem } from "../../foundation/problem.ts";
import { dayMs } from "../../foundation/units.ts";
import type { Retention } from "./retention.ts";

/** After a run that failed, or whose outcome is not known. */
const retryAfterMs = 30 * 60_000;

export interface Moments {
  readonly now: Date;
  /** `02:00`, UTC. */
  readonly at: string;
  /** What the newest whole backup shows. */
  readonly newestAt?: Date | undefined;
  readonly lastAttemptAt?: Date | undefined;
}

/** The last moment at which one was due. */
export function lastDue({ now, at }: Pick<Moments, "now" | "at">): Date {
  const today = Date.parse(`${now.toISOString().slice(0, 10)}T${at}:00.000Z`);
  return new Date(today <= now.getTime() ? today : today - dayMs);
}

/** True when none was taken since the last due moment: also one that was missed while nobody ran. */
export function isDue(moments: Moments): boolean {
  const { now, newestAt, lastAttemptAt } = moments;
  if (newestAt !== undefined && newestAt >= lastDue(moments)) return false;
  return lastAttemptAt === undefined || Math.abs(now.getTime() - lastAttemptAt.getTime()) >= retryAfterMs;
}

export interface ScheduleWanted {
  /** A house or a target, for people. */
  readonly what: string;
  readonly at: string;
  /** Absolute path of our program. */
  readonly program: string;
  /** Of `backup take`, as they were given: --house, --target, --store. */
  readonly where: readonly string[];
  readonly retention: Retention;
  /** When old backups are proved again, and how much of them. */
  readonly again?: { readonly every: string; readonly percent: number | undefined } | undefined;
  readonly user: string;
  /** Of the commands: files with a password, or with the address of a monitor. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export interface ScheduleFile {
  readonly path: string;
  readonly text: string;
}

export async function systemdFiles(wanted: ScheduleWanted): Promise<readonly ScheduleFile[]> {
  const [take = [], ...afterwards] = commandsOf(wanted);
  const service = render(await template("systemd/rowhouse-backup.service"), {
    what: wanted.what,
    environment: variablesOf(wanted)
      .map((one) => `Environment=${one}\n`)
      .join(""),
    take: take.join(" "),
    afterwards: afterwards.map((argv) => `ExecStartPost=${argv.join(" ")}\n`).join(""),
  });
  const timer = render(await template("systemd/rowhouse-backup.timer"), { what: wanted.what, at: wanted.at });
  return [
    { path: "/etc/systemd/system/rowhouse-backup.service", text: service },
    { path: "/etc/systemd/system/rowhouse-backup.timer", text: timer },
  ];
}

export async function cronFiles(wanted: ScheduleWanted): Promise<readonly ScheduleFile[]> {
  const [hour = "", minute = ""] = wanted.at.split(":");
  const text = render(await template("cron/rowhouse-backup"), {
    what: wanted.what,
    environment: variablesOf(wanted)
      .map((one) => `${one}\n`)
      .join(""),
    minute: String(Number(minute)),
    hour: String(Number(hour)),
    user: word(wanted.user),
    commands: commandsOf(wanted)
      .map((argv) => argv.join(" "))
      .join(" && "),
  });
  return [{ path: "/etc/cron.d/rowhouse-backup", text }];
}

function variablesOf({ environment }: ScheduleWanted): readonly string[] {
  return Object.entries(environment).flatMap(([name, value]) => (value ? [`${name}=${word(value)}`] : []));
}

/** One after the other, each when the one before it was good. */
function commandsOf({ program, where, retention, again }: ScheduleWanted): readonly (readonly string[])[] {
  const keep = Object.entries(retention).flatMap(([name, count]) => (count === undefined ? [] : [`--keep-${name}`, String(count)]));
  const prune = keep.length === 0 ? [] : [["prune", ...where, ...keep]];
  const sample = again?.percent === undefined ? [] : ["--sample", String(again.percent)];
  const prove = again ? [["prove", "--due", "--every", again.every, ...sample, ...where]] : [];
  return [["take", ...where], ...prune, ...prove].map((args) => [program, "backup", ...args].map(word));
}

/** One word of either file: neither quotes, nor what cron and systemd replace. Throws RH-USE-001. */
function word(text: string): string {
  if (isWord(text) && !text.includes("%")) return text;
  throw new Problem("RH-USE-001", `${JSON.stringify(text)} cannot stand in a file of cron or systemd as it is`, {
    hint: "Give a path without blanks, quotes, semicolons, backslashes, $, % and #.",
  });
}

async function template(name: string): Promise<string> {
  return readFile(fileURLToPath(new URL(`../../deploy/templates/${name}`, import.meta.url)), "utf8");
}
