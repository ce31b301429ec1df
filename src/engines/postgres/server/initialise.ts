// A new PostgreSQL data directory: checksums, scram, UTF-8 with a locale that sorts alike everywhere, and rules that admit the
// administrator by operating-system identity only. Made beside its place and renamed in when it is whole.
// Source: postgresql.org/docs/current/app-initdb.html, auth-pg-hba-conf.html, auth-username-maps.html
import { join } from "node:path";
import type { Context } from "../../../platform/context.ts";
import { ensureDirectory, moveIntoPlace, readIfThere, remove, writeFileAtomic } from "../../../platform/files.ts";
import { run } from "../../../platform/processes.ts";
import type { ServerPlace } from "../../engine.ts";

export async function dataMajor(dataDirectory: string): Promise<string | undefined> {
  return (await readIfThere(join(dataDirectory, "PG_VERSION")))?.trim();
}

export function initialiseCommand(place: ServerPlace): readonly string[] {
  return [
    join(place.installation.directory, "initdb"),
    `--pgdata=${place.dataDirectory}`,
    "--username=postgres",
    "--encoding=UTF8",
    `--locale=${place.locale}`,
    "--data-checksums",
    "--auth-local=peer",
    "--auth-host=scram-sha-256",
  ];
}

export async function initialise(_context: Context, place: ServerPlace): Promise<void> {
  const partial: ServerPlace = { ...place, dataDirectory: `${place.dataDirectory}.partial` };
  const owner = place.owner ? { owner: place.owner } : {};
  await remove(partial.dataDirectory);
  await ensureDirectory(partial.dataDirectory, owner);
  await run({ argv: initialiseCommand(partial), ...owner, timeoutMs: 120_000 });
  await writeRules(partial);
  await includeSettings(partial);
  await remove(place.dataDirectory); // an empty one that an earlier step made
  await moveIntoPlace({ from: partial.dataDirectory, to: place.dataDirectory });
}

/** First match wins: the administrator by socket, the application into its own database, everybody else by password. */
async function writeRules(place: ServerPlace): Promise<void> {
  const { role, database } = place.application;
  const rules = [
    "# Written once, when the data directory was made; yours from then on. The first line that matches decides.",
    "# TYPE  DATABASE  USER  ADDRESS  METHOD",
    "local   all          postgres                    peer map=rowhouse",
    "local   replication  postgres                    peer map=rowhouse",
    `local   ${database}  ${role}                     scram-sha-256`,
    `local   all          ${role}                     reject`,
    "local   all          all                         scram-sha-256",
    "host    all          postgres  all               reject",
    `host    ${database}  ${role}   127.0.0.1/32      scram-sha-256`,
    `host    ${database}  ${role}   ::1/128           scram-sha-256`,
    `host    all          ${role}   all               reject`,
    "host    all          all       127.0.0.1/32      scram-sha-256",
    "host    all          all       ::1/128           scram-sha-256",
  ];
  const map = [
    "# Who of the operating system may come in as the administrator.",
    ...administrators(place).map((user) => `rowhouse  ${user}  postgres`),
  ];
  await write(place, "pg_hba.conf", `${rules.join("\n")}\n`);
  await write(place, "pg_ident.conf", `${map.join("\n")}\n`);
}

function administrators(place: ServerPlace): readonly string[] {
  return [...new Set([place.administrator, ...(place.owner ? [place.owner.name] : [])])];
}

/** Rowhouse's settings come first, so that whatever a person writes in postgresql.conf wins. */
async function includeSettings(place: ServerPlace): Promise<void> {
  const path = join(place.dataDirectory, "postgresql.conf");
  const initial = (await readIfThere(path)) ?? "";
  await write(place, "postgresql.conf", `include_if_exists = 'rowhouse.conf'   # written at each start; settings below win\n\n${initial}`);
}

async function write(place: ServerPlace, name: string, text: string): Promise<void> {
  await writeFileAtomic(join(place.dataDirectory, name), text, place.owner ? { owner: place.owner } : {});
}
