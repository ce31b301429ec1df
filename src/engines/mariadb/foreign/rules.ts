// What becomes of each part of a dump of MariaDB's or MySQL's: run as it is, run without its DEFINER, left out and told, or refused. What
// is run meets a server as a user with rights on one database, so a rule that is missing here makes a worse message and no hole.
// Source: mariadb.com/kb/en/mariadb-dump, mariadb-command-line-client, create-view (DEFINER)
import type { Judge, Judgement } from "../../foreign.ts";
import { clientWord } from "./script.ts";

const headBytes = 4_096;

export function judge(): Judge {
  let database: string | undefined;
  const oneDatabase = (name: string, head: string): Judgement => {
    if (database !== undefined && name !== database) return refuse("a second database; give each its own file and its own name");
    database = name;
    const own = making.exec(head)?.[2];
    const told = "the old database's name";
    return own === undefined ? leaveOut(told) : { act: "run", text: alteration(own), told };
  };
  return ({ kind, text }) => {
    const whole = text.toString("latin1", 0, headBytes);
    const head = whole.replace(/\/\*M?!\d*|\*\//g, " ").trim();
    if (kind === "command" || clientWord.test(head)) return refuse("a command for the client, which is not asked");
    const named = databaseNamed(head);
    if (named !== undefined) return oneDatabase(named, head);
    const own = ownProperties(head);
    if (own !== undefined) return { act: "run", text: alteration(own) };
    return rules.find(({ on }) => on.test(head))?.becomes ?? withoutDefiner(text, whole);
  };
}

function refuse(because: string): Judgement {
  return { act: "refuse", because };
}

function leaveOut(told?: string): Judgement {
  return { act: "leave out", ...(told === undefined ? {} : { told }) };
}

const word = String.raw`(\`(?:[^\`]|\`\`)+\`|[\w$]+)`;
const naming = new RegExp(
  String.raw`^(?:create\s+(?:or\s+replace\s+)?(?:database|schema)\s+(?:if\s+not\s+exists\s+)?|drop\s+(?:database|schema)\s+(?:if\s+exists\s+)?|use\s+)${word}`,
  "i",
);

/** What `create database` says of it besides its name. */
const making = new RegExp(String.raw`^create\s[^;]*?${word}\s+((?:default\s+)?(?:character\s+set|charset|collate)\s[\w\s=]+)$`, "i");

/** Of the database that the script makes, drops or goes into. */
function databaseNamed(head: string): string | undefined {
  const found = naming.exec(head)?.[1];
  return found?.startsWith("`") ? found.slice(1, -1).replaceAll("``", "`") : found;
}

/** Character set and collation, which a script gives its database for as long as it makes a routine. */
function ownProperties(head: string): string | undefined {
  return new RegExp(String.raw`^alter\s+(?:database|schema)\s+(?:${word}\s+)?((?:character\s+set|charset|collate)\s[\w\s=]+)$`, "i").exec(head)?.[2];
}

/** Of whatever database the session is in. */
function alteration(properties: string): Buffer {
  return Buffer.concat([Buffer.from("alter database "), Buffer.from(properties)]);
}

const account = String.raw`(?:\`(?:[^\`]|\`\`)*\`|'(?:[^']|'')*'|"(?:[^"]|"")*"|[\w$]+)`;
/** Up to what is defined, nothing stands in front of it but these words. */
const definer = new RegExp(
  String.raw`^((?:\s|\/\*M?!\d*|\*\/|create\b|or\s+replace\b|algorithm\s*=\s*\w+|aggregate\b)*)definer\s*=\s*(?:current_user(?:\s*\(\s*\))?|${account}(?:\s*@\s*${account})?)`,
  "i",
);

/** Who runs it becomes its definer. */
function withoutDefiner(text: Buffer, head: string): Judgement {
  const found = definer.exec(head);
  if (!found) return { act: "run", text };
  const before = found[1] ?? "";
  const rest = Buffer.concat([Buffer.from(before, "latin1"), text.subarray(found[0].length)]);
  return { act: "run", text: rest, told: "definers: code runs as the new owner" };
}

interface Rule {
  readonly on: RegExp;
  readonly becomes: Judgement;
}

const rules: readonly Rule[] = [
  { on: /^set\s+(?:@@session\.|session\s+)?(?:@@session\.)?sql_log_bin\b/i, becomes: leaveOut("settings of replication") },
  { on: /^set\s+@mysqldump_temp_log_bin\b/i, becomes: leaveOut("settings of replication") },
  { on: /^set\s+@@global\.gtid_(?:purged|slave_pos)\b/i, becomes: leaveOut("settings of replication") },
  { on: /^set\s+global\s+gtid_slave_pos\b/i, becomes: leaveOut("settings of replication") },
  { on: /^change\s+(?:master|replication)\b/i, becomes: leaveOut("settings of replication") },
  { on: /^set\s+[\s\S]*?(?:\bglobal\b|\bpersist(?:_only)?\b)/i, becomes: refuse("a setting of the whole server") },
  { on: /^set\s+(?:password|role|default\s+role)\b/i, becomes: refuse("an account of the server") },
  { on: /^set\s[\s\S]*session_track/i, becomes: refuse("what the server tells whoever sends this") },
  { on: /^(?:grant|revoke)\b/i, becomes: refuse("rights of an account of the server") },
  { on: /^(?:create|alter|drop|rename)\s+(?:or\s+replace\s+)?(?:user|role)\b/i, becomes: refuse("an account of the server") },
  { on: /^(?:install|uninstall|shutdown|kill|flush|reset|purge|start|stop|binlog|backup)\b/i, becomes: refuse("the whole server's") },
  { on: /^(?:create|alter|drop)\s+(?:or\s+replace\s+)?(?:server|tablespace|logfile)\b/i, becomes: refuse("the whole server's") },
  { on: /^create\s+(?:aggregate\s+)?function\s+\S+\s+returns\s+\w+\s+soname\b/i, becomes: refuse("a function in a library of the server's machine") },
  { on: /^load\s+(?:data|xml|index)\b/i, becomes: refuse("a file of this or of the server's machine") },
];
