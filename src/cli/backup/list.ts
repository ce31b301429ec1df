// rowhouse backup list: what the store holds, one line each and what is wrong with it below. Exit 0, whatever is listed; with --late
// exit 1 when the newest proved backup of a database is older than that.
import { engineNamed } from "../../engines/engines.ts";
import { formatAge, formatBytes, formatCount, formatDuration } from "../../foundation/units.ts";
import { shortNames } from "../../operations/backup/find.ts";
import { type LateDatabase, lateDatabases } from "../../operations/backup/late.ts";
import type { ListedBackup } from "../../operations/backup/list.ts";
import type { Invocation } from "../command.ts";
import { type Colour, columnGroups, type Output } from "../output.ts";
import { ageIn } from "./proof-options.ts";
import { backupsOf, whereOptions } from "./stores.ts";

export async function list(invocation: Invocation): Promise<number> {
  const { context, output, options } = invocation;
  const limit = ageIn(options, "late");
  await using stored = await backupsOf(invocation);
  const { store, backups } = stored;
  const now = context.clock.now();
  const late = limit === undefined ? [] : lateDatabases(backups, { now, afterMs: limit.ms });
  output.envelope({ result: { store, backups, ...(limit === undefined ? {} : { late }) } });
  if (backups.length === 0) output.advice(`There is no backup in ${store}: \`rowhouse backup take\``);
  else print(output, backups, { now: now.getTime(), where: whereOptions(invocation) });
  for (const one of late) output.line(`LATE   ${lateText(one, now)}`, "red");
  return late.length > 0 || (limit !== undefined && backups.length === 0) ? 1 : 0;
}

function lateText({ database, provedAt }: LateDatabase, now: Date): string {
  return provedAt === undefined
    ? `no backup of ${database} is proved`
    : `the newest proved backup of ${database} is ${formatAge(now.getTime() - Date.parse(provedAt))} old`;
}

interface Told {
  readonly now: number;
  /** Options that a command needs to find these backups again. */
  readonly where: string;
}

function print(output: Output, backups: readonly ListedBackup[], { now, where }: Told): void {
  const names = shortNames(backups.map(({ id }) => id));
  const groups = columnGroups(
    backups.map((backup) => row(backup, names.get(backup.id) ?? "", now)),
    output.width,
  );
  groups.forEach((lines, index) => {
    for (const line of lines) output.line(line, colourOf(backups[index]));
  });
  for (const backup of backups) for (const note of notesOn(backup, { name: names.get(backup.id) ?? "", now, where })) output.advice(`! ${note}`);
}

function row({ id, state, provedAt, isStale, sample, content, recovery }: ListedBackup, name: string, now: number): readonly string[] {
  const age = (at: string) => formatAge(now - Date.parse(at));
  const proof = provedAt === undefined ? "" : ` ${age(provedAt)} ago`;
  if (!content) return [name, state, "", "", id];
  const { kind, engine, version, database, databases, at, rows, bytes } = content;
  const what = kind === "database" || kind === "all" ? "" : `${kind}, `;
  const held = kind === "base" ? "" : `${rows.toLocaleString("en-US")} rows, `;
  const { title } = engineNamed(engine);
  return [
    name,
    `${state}${proof}${state === "PROVED" && sample ? " by sample" : ""}${isStale ? ", stale" : ""}`,
    `${age(at)} old`,
    databases ? `${formatCount(databases.length, "database")} and roles` : database,
    `${what}${title} ${version}, ${held}${formatBytes(bytes)}${recovery ? `, recovery took ${formatDuration(recovery.recoveryMs)}` : ""}`,
  ];
}

function colourOf(backup: ListedBackup | undefined): Colour | undefined {
  if (backup?.state !== "PROVED") return "red";
  return backup.isStale ? "yellow" : undefined;
}

function notesOn(
  { state, because, provedAt, isStale, newerAttempt }: ListedBackup,
  { name, now, where }: Told & { readonly name: string },
): readonly string[] {
  const prove = `\`rowhouse backup prove ${name}${where}\``;
  const tried = newerAttempt
    ? [`${name}: tried again ${formatAge(now - Date.parse(newerAttempt.at))} ago, unknown, because ${newerAttempt.because}`]
    : [];
  if (isStale) {
    const when = Date.parse(provedAt ?? "") > now ? "in the future by this machine's clock" : `${formatAge(now - Date.parse(provedAt ?? ""))} ago`;
    return [`${name} was proved ${when}: ${prove}`, ...tried];
  }
  if (state === "PROVED") return tried;
  if (state === "TAKEN") return [`${name} is not proved, ${because}: ${prove}`, ...tried];
  if (state === "FAILED") return [`${name} FAILED, do not rely on it: ${because}`, ...tried];
  return [`${name} is ${state === "BROKEN" ? "no backup that can be used" : "not finished"}: ${because}`];
}
