// Every command there is. Help, completion and parsing read this table; a command that is not here does not exist.
import type { Command, Option } from "./command.ts";
import { copy } from "./backup/copy.ts";
import { drill } from "./backup/drill.ts";
import { kit } from "./backup/kit.ts";
import { list } from "./backup/list.ts";
import { prove } from "./backup/prove.ts";
import { prune } from "./backup/prune.ts";
import { keepOptions } from "./backup/keep.ts";
import { schedule } from "./backup/schedule.ts";
import { restore } from "./backup/restore.ts";
import { take } from "./backup/take.ts";
import { undo } from "./backup/undo.ts";
import { down } from "./down.ts";
import { logs } from "./logs.ts";
import { status } from "./status.ts";
import { trace } from "./trace.ts";
import { serveCommand, up } from "./up.ts";

const upOptions: readonly Option[] = [
  { name: "engine", value: "NAME", about: "postgres or mariadb; pinned when the house is made" },
  { name: "target", value: "URL", about: "postgres://admin@host or mariadb://admin@host: a server that is there, instead of one of the house's own" },
  { name: "confirm", value: "NAME", about: "of the database that is made on the target, where no terminal can be asked" },
  { name: "port", value: "N", about: "of the proxy on 127.0.0.1, 8080 unless given" },
  { name: "database-port", value: "N", about: "of the database on 127.0.0.1; else 5432 or 3306, or the next free one" },
  { name: "instances", value: "N", about: "of the application, 2 unless given" },
  { name: "demo", about: "put the example tasks into an empty house" },
  { name: "install", about: "install what is missing without asking" },
];

const storeOption: Option = {
  name: "store",
  value: "DIR",
  about: "where backups are; /var/backups/rowhouse/ for root unless given",
};

/** Of verbs that only read the store: which backups are meant. */
const chosenBackups: readonly Option[] = [
  storeOption,
  { name: "target", value: "URL", about: "those of servers that Rowhouse did not install; else the house's" },
  { name: "database", value: "NAME", about: "only those of this database" },
];

const serverOption: Option = {
  name: "target",
  value: "URL",
  about: "postgres://admin@host or mariadb://admin@host, a server that Rowhouse did not install; else the house's",
};

const replacing: readonly Option[] = [
  { name: "confirm", value: "NAME", about: "of the database that is put aside, where no terminal can be asked" },
  { name: "end-sessions", about: "end the sessions of others in it at the last moment, instead of refusing" },
];

export const commands: readonly Command[] = [
  {
    name: "up",
    about: "bring the three tiers up and prove that they work",
    example: "rowhouse up --engine mariadb --port 8081",
    options: [...upOptions, { name: "detach", about: "return when it is up; it stays" }],
    operands: [],
    hasDryRun: true,
    run: up,
  },
  {
    name: "down",
    about: "take the tiers down in order; the data stays",
    example: "rowhouse down",
    options: [],
    operands: [],
    hasDryRun: true,
    run: down,
  },
  {
    name: "status",
    about: "probe each tier and name the one that is broken",
    example: "rowhouse status --json",
    options: [],
    operands: [],
    hasDryRun: false,
    run: status,
  },
  {
    name: "logs",
    about: "the last lines of the tiers' logs",
    example: "rowhouse logs app --request 4f1c…",
    options: [
      { name: "lines", value: "N", about: "of each log, 50 unless given" },
      { name: "request", value: "ID", about: "only lines of this request, from every tier" },
    ],
    operands: ["[tier]"],
    hasDryRun: false,
    run: logs,
  },
  {
    name: "trace",
    about: "send one request through the tiers, and show what each did and wrote down",
    example: "rowhouse trace --keep",
    options: [
      { name: "title", value: "TEXT", about: "of the task that is added, `Deploy v2` unless given" },
      { name: "keep", about: "leave the task there; else it is removed again" },
    ],
    operands: [],
    hasDryRun: false,
    run: trace,
  },
  {
    name: "backup take",
    about: "back a database up, then restore and compare the backup before calling it good",
    example: "rowhouse backup take --target postgres://dba@127.0.0.1/shop",
    options: [
      { name: "target", value: "URL", about: "postgres://user@host/database or mariadb://user@host/database; else the house's own" },
      { name: "database", value: "NAME", about: "another database of that server" },
      { name: "all", about: "every database of that server and its roles, in one backup" },
      { name: "store", value: "DIR", about: "where backups go; /var/backups/rowhouse/ for root unless given" },
      { name: "table", value: "NAME", isList: true, about: "only this table with its rows; may be given several times" },
      { name: "schema-only", about: "what is defined, without the rows" },
      { name: "data-only", about: "the rows, without what is defined" },
      { name: "base", about: "the files of the whole server, while it serves" },
      { name: "no-prove", about: "take it only; its state stays TAKEN" },
    ],
    operands: [],
    hasDryRun: true,
    run: take,
  },
  {
    name: "backup list",
    about: "what the store holds, with the age of each proof",
    example: "rowhouse backup list --json",
    options: [{ name: "late", value: "AGE", about: "exit 1 when the newest proved backup of a database is older, as 26h" }, ...chosenBackups],
    operands: [],
    hasDryRun: false,
    run: list,
  },
  {
    name: "backup prune",
    about: "remove old backups by rules; never the newest proved one",
    example: "rowhouse backup prune --keep-days 7 --keep-weekly 4 --keep-monthly 12 --dry-run",
    options: [...keepOptions, ...chosenBackups],
    operands: [],
    hasDryRun: true,
    run: prune,
  },
  {
    name: "backup schedule",
    about: "print the files by which systemd or cron take a backup each day",
    example: "rowhouse backup schedule --at 02:00 --keep-days 7 --keep-weekly 4",
    options: [
      { name: "for", value: "NAME", about: "systemd or cron; systemd unless given" },
      { name: "at", value: "HH:MM", about: "02:00 unless given, in the time zone of systemd or cron" },
      ...keepOptions,
      { name: "prove-every", value: "AGE", about: "prove old backups again whose proof is older, as 7d" },
      { name: "prove-sample", value: "N%", about: "with --prove-every: compare the rows of so many of a hundred tables" },
      { name: "target", value: "URL", about: "of a server that Rowhouse did not install; else the house" },
      { name: "store", value: "DIR", about: "where backups go" },
    ],
    operands: [],
    hasDryRun: false,
    run: schedule,
  },
  {
    name: "backup prove",
    about: "restore and compare an old backup again, the newest one unless an id is given",
    example: "rowhouse backup prove --due --sample 20%",
    options: [
      { name: "all", about: "every backup of the store, the oldest first" },
      { name: "due", about: "those without a proof, and those whose proof is older than --every" },
      { name: "every", value: "AGE", about: "with --due: how old a proof may become, 7d unless given" },
      { name: "sample", value: "N%", about: "restore all of it and compare every definition, but the rows of so many of a hundred tables only" },
      ...chosenBackups,
    ],
    operands: ["[id]"],
    hasDryRun: true,
    run: prove,
  },
  {
    name: "backup copy",
    about: "copy backups to a second place and read them back there, all unless an id is given",
    example: "rowhouse backup copy --to /mnt/elsewhere/backups",
    options: [{ name: "to", value: "PLACE", about: "another directory, on another disk, or sftp://user@host:port/path" }, ...chosenBackups],
    operands: ["[id]"],
    hasDryRun: true,
    run: copy,
  },
  {
    name: "backup kit",
    about: "make the file that recovering needs besides the backups, read it back, or go on with its keys",
    example: "rowhouse backup kit --to /media/stick/rowhouse-kit.txt",
    options: [
      { name: "to", value: "FILE", about: "write a kit there; the first one switches encryption on" },
      { name: "check", value: "FILE", about: "read a kit back from where it was put; - reads it from standard input" },
      { name: "use", value: "FILE", about: "on another machine: go on with the keys of this kit" },
      { name: "target", value: "URL", about: "a kit for the databases of other servers instead of a house's" },
      { name: "store", value: "DIR", about: "where those backups are, when not in the usual place" },
    ],
    operands: [],
    hasDryRun: true,
    run: kit,
  },
  {
    name: "backup drill",
    about: "rebuild everything from a recovery kit and a store alone, and measure how long that takes",
    example: "rowhouse backup drill --kit kit.txt --store /mnt/backups/default",
    options: [
      { name: "kit", value: "FILE", about: "the recovery kit" },
      { name: "store", value: "DIR", about: "where the backups are" },
      { name: "into", value: "DIR", about: "an empty directory where the house stays, up; else all is removed again" },
      { name: "install", about: "install what the house needs and this machine has not" },
    ],
    operands: ["[id]"],
    hasDryRun: true,
    run: drill,
  },
  {
    name: "backup restore",
    about: "restore a backup, compare it, and only then give it its name",
    example: "rowhouse backup restore 7f3a --into taskdb_restored",
    options: [
      { name: "into", value: "NAME", about: "of a new database" },
      { name: "over", value: "NAME", about: "of a database that is there; it is kept aside, and one command brings it back" },
      ...replacing,
      { name: "table", value: "NAME", isList: true, about: "only this table; may be given several times" },
      { name: "all", about: "all databases of a backup of all of them, and its roles, on a server that has none of them" },
      { name: "keep-roles", about: "with --all: roles that are there keep what they have" },
      { name: "directory", value: "DIR", about: "of a base backup: a new data directory, empty or not there" },
      { name: "file", value: "PATH", about: "a file of pg_dump, mariadb-dump or mysqldump instead of a backup of ours, into a new database" },
      serverOption,
      storeOption,
      { name: "database", value: "NAME", about: "only backups of this database, for `latest`; of a backup of all databases, the one to restore" },
    ],
    operands: ["[id]"],
    hasDryRun: true,
    run: restore,
  },
  {
    name: "backup undo",
    about: "bring back the database that a restore put aside",
    example: "rowhouse backup undo taskdb_before_7f3a --confirm taskdb",
    options: [...replacing, serverOption],
    operands: ["[name]"],
    hasDryRun: true,
    run: undo,
  },
  {
    name: "serve",
    about: "as `up` in the foreground, with plain log lines: for a service manager",
    example: "rowhouse serve --house /var/lib/rowhouse/default",
    options: upOptions,
    operands: [],
    hasDryRun: false,
    run: serveCommand,
  },
];

/** On every command. */
export const commonOptions: readonly Option[] = [
  { name: "house", value: "DIR", about: "the house; else ROWHOUSE_HOUSE, the nearest rowhouse.toml, the default one" },
  { name: "json", about: "one JSON document on standard output" },
  { name: "help", about: "this help" },
];

export const dryRunOption: Option = { name: "dry-run", about: "show what would be done, and do nothing" };
