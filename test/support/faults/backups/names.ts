// SEC-9: databases, and tables in them, whose names are options, connection strings and commands to whoever joins words: taken and
// proved all the same, and nothing that the name says is done. Variables that steer the engines' tools steer nothing of ours.
import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Problem } from "../../../../src/foundation/problem.ts";
import { sql } from "../../../../src/foundation/sql.ts";
import { planTake } from "../../../../src/operations/backup/take.ts";
import { compileTool } from "../../crash/compiled.ts";
import { makeKeeper, readyTake } from "./command.ts";
import { proved } from "./outcome.ts";
import { sourceOf, type Subject } from "./subject.ts";
import { type BackupFault, type Tried, tried } from "./tried.ts";

const canary = "/tmp/rowhouse-canary";

const names: readonly string[] = [
  `-f ${canary}`,
  `--file=${canary}`,
  `-I touch ${canary}`,
  `$(touch ${canary})`,
  `\`touch ${canary}\``,
  `x; touch ${canary}`,
  `x\ntouch ${canary}`,
  "host=/nowhere dbname=postgres",
  "postgres://nobody@127.0.0.1:1/x",
  "service=evil",
  "mysql -e 'drop database books'",
  "'; drop table accounts; --",
  'a"b',
  "a'b",
  "a`b",
  "a\\b",
  "a%sb%n",
  "a b",
  "*",
  "a=b",
  "é 🙂".normalize("NFC").replace("🙂", "ü"),
  "\ttab",
];

export const sec9: BackupFault = async (subject, { runs = names.length, signal, tell }) => {
  for (const name of names.slice(0, runs)) if (!signal.aborted) tell(await tryName(subject, name, signal));
  const tool = compileTool();
  try {
    await makeKeeper(subject);
    for (const [what, environment] of Object.entries(environments(subject))) tell(await tryEnvironment(subject, { tool, what, environment }));
  } finally {
    rmSync(tool, { recursive: true, force: true });
  }
};

async function tryName(subject: Subject, name: string, signal: AbortSignal): Promise<Tried> {
  rmSync(canary, { force: true });
  const login = { ...subject.login, database: name };
  {
    await using first = await subject.look();
    await first.run(sql`create database ${sql.id(name)}`);
    await using session = await subject.engine.driver.connect(login);
    await session.run(sql`create table ${sql.id(name)} (${sql.id(name)} integer primary key)`);
    await session.run(sql`insert into ${sql.id(name)} values (1), (2)`);
  }
  const { state, says } = await taken(subject, login, signal);
  await using last = await subject.look();
  await last.run(sql`drop database ${sql.id(name)}`);
  const done = existsSync(canary) ? [`${canary} is there`] : [];
  const isRefused = name.includes("\n") && says.startsWith("RH-BACKUP-001 ") && says.includes("pg_dump refuses a name with a line break");
  const complaints = [...(isRefused || (state === "PROVED" && says.startsWith("2 rows")) ? [] : [`${state}: ${says}`]), ...done];
  return tried(`a database and a table called ${JSON.stringify(name)}`, { state, says, complaints });
}

async function taken(subject: Subject, login: Subject["login"], signal: AbortSignal): Promise<{ readonly state: string; readonly says: string }> {
  try {
    const { take } = await planTake(subject.context, { source: { ...sourceOf(subject), login }, isProved: false, onProgress: () => undefined });
    const { backup } = await take(signal, () => undefined);
    const { state, sentences } = await proved(subject, { directory: backup.directory, signal });
    return { state, says: `${backup.rows} rows; ${sentences.join("; ")}` };
  } catch (thrown) {
    if (thrown instanceof Problem) return { state: "refused", says: `${thrown.code} ${thrown.message}` };
    throw thrown;
  }
}

/** What would send the engines' tools elsewhere, or make them run something. */
function environments({ directory }: Subject): Readonly<Record<string, Readonly<Record<string, string>>>> {
  const home = join(directory, "home");
  mkdirSync(home, { recursive: true });
  writeFileSync(join(home, ".my.cnf"), `[client]\nhost=203.0.113.1\ninit-command="select sleep(60)"\n[mysqldump]\nresult-file=${canary}\n`);
  writeFileSync(join(home, "my.cnf"), `[client]\nport=1\n[mariadb-dump]\nresult-file=${canary}\n`);
  writeFileSync(join(home, ".pgpass"), "*:*:*:*:wrong\n", { mode: 0o600 });
  writeFileSync(join(home, "services"), "[evil]\nhost=203.0.113.1\n");
  return {
    "PGOPTIONS and PGSERVICEFILE": {
      PGOPTIONS: "-c default_transaction_read_only=on -c nosuchsetting=1",
      PGSERVICEFILE: join(home, "services"),
      PGSERVICE: "evil",
      PGHOST: "203.0.113.1",
      PGDATABASE: "nowhere",
      PGPASSFILE: join(home, ".pgpass"),
      PGSSLMODE: "verify-full",
    },
    "MYSQL_HOME and HOME": { MYSQL_HOME: home, MARIADB_HOME: home, HOME: home, MYSQL_HOST: "203.0.113.1", MYSQL_TCP_PORT: "1", MYSQL_PWD: "wrong" },
    LD_PRELOAD: { LD_PRELOAD: join(home, "evil.so"), LD_LIBRARY_PATH: home },
    "TMPDIR and PAGER": { TMPDIR: "/nowhere", PAGER: `touch ${canary}`, PSQLRC: join(home, ".psqlrc"), LC_ALL: "tr_TR.UTF-8", TZ: "Asia/Kathmandu" },
  };
}

async function tryEnvironment(
  subject: Subject,
  { tool, what, environment }: { readonly tool: string; readonly what: string; readonly environment: Readonly<Record<string, string>> },
): Promise<Tried> {
  rmSync(canary, { force: true });
  const take = await readyTake(subject, { tool, environment });
  take.begin();
  const { exitCode, stdout, stderr } = await take.ended;
  const complaints = [
    ...(exitCode === 0 ? [] : [`exit ${exitCode}: ${(stderr + stdout).slice(-300)}`]),
    ...(existsSync(canary) ? [`${canary} is there`] : []),
  ];
  return tried(`${what} set`, { state: `exit ${exitCode}`, complaints });
}
