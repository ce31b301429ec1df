// What becomes of each part of a dump of PostgreSQL's: run as it is, left out and told, or refused. What is run meets a server as a
// role that may do nothing but own its database, so a rule that is missing here makes a worse message and no hole.
// Source: postgresql.org/docs/current/app-pgdump.html, app-psql.html
import type { ForeignPart, Judge, Judgement } from "../../foreign.ts";

const headBytes = 4_096;
const tailBytes = 512;

interface Text {
  readonly head: string;
  readonly tail: string;
}

interface Rule {
  readonly on: RegExp;
  /** Of the end of the statement, besides; nothing that stands in a string can match it. */
  readonly ending?: RegExp;
  readonly becomes: Judgement;
}

export function judge(): Judge {
  let database: string | undefined;
  const oneDatabase = (name: string | undefined): Judgement => {
    const isOther = name === undefined || (database !== undefined && name !== database);
    database ??= name;
    return isOther ? refuse("a second database; give each its own file and its own name") : leaveOut("the old database's name");
  };
  return ({ kind, text }) => {
    const words = { head: text.toString("latin1", 0, headBytes), tail: text.toString("latin1", Math.max(0, text.length - tailBytes)) };
    const named = databaseNamed(kind, words);
    if (named !== undefined) return oneDatabase(named);
    if (kind === "command") return command(words.head);
    const rule = rules.find(({ on, ending }) => on.test(words.head) && (ending === undefined || ending.test(words.tail)));
    return rule?.becomes ?? { act: "run", text };
  };
}

function refuse(because: string): Judgement {
  return { act: "refuse", because };
}

function leaveOut(told?: string): Judgement {
  return { act: "leave out", ...(told === undefined ? {} : { told }) };
}

const name = String.raw`("(?:[^"]|"")+"|\w+)`;
const making = new RegExp(`^create\\s+database\\s+${name}`, "i");
const connecting = new RegExp(String.raw`^\\c(?:onnect)?\s+(?:-reuse-previous=on\s+)?(?:"dbname='(.+)'"|${name})\s*$`);

/** Of the database that the script makes, or goes into. */
function databaseNamed(kind: ForeignPart["kind"], { head }: Text): string | undefined {
  const [, first, second] = (kind === "command" ? connecting : making).exec(head) ?? [];
  if (kind === "command" && first !== undefined) return first.replaceAll('""', '"').replace(/\\(.)/g, "$1");
  const found = kind === "command" ? second : first;
  return found?.startsWith('"') ? found.slice(1, -1).replaceAll('""', '"') : found;
}

function command(head: string): Judgement {
  const isHarmless = /^\\(?:(?:un)?restrict [A-Za-z0-9]+|encoding SQL_ASCII)\s*$/.test(head); // the latter before a name, which is left out

  return isHarmless ? leaveOut() : refuse("a command for psql, which is not asked");
}

const roleEnd = new RegExp(String.raw`\sowner\s+to\s+${name}\s*$`, "i");

const owners = "owners: everything belongs to the new owner";
const rights = "rights of other roles";
const settings = "settings and properties of the old database";

const rules: readonly Rule[] = [
  { on: /^alter\s/i, ending: roleEnd, becomes: leaveOut(owners) },
  { on: /^(?:set|reset)\s+(?:session\s+)?(?:session\s+)?authorization\b/i, becomes: leaveOut(owners) },
  { on: /^alter\s+default\s+privileges\b/i, becomes: leaveOut(rights) },
  { on: /^(?:grant|revoke)\s[\s\S]*\son\s+database\s/i, becomes: leaveOut(settings) },
  { on: /^(?:grant|revoke)\s[\s\S]*\son\s/i, ending: /^(?![\s\S]*\s(?:to|from)\s+public\s*$)/i, becomes: leaveOut(rights) },
  { on: /^(?:grant|revoke)\s/i, ending: /^(?![\s\S]*\son\s)/i, becomes: refuse("a role in another one") },
  { on: /^(?:alter|comment\s+on|drop)\s+database\s/i, becomes: leaveOut(settings) },
  { on: /^alter\s+(?:role|user)\s[\s\S]*\sin\s+database\s/i, becomes: leaveOut(settings) },
  { on: /^(?:create|alter|drop)\s+(?:role|user|group)\s(?!mapping\b)/i, becomes: refuse("a role is the server's, not a database's") },
  { on: /^(?:create|alter|drop)\s+tablespace\s/i, becomes: refuse("a tablespace is the server's, not a database's") },
  { on: /^alter\s+system\s/i, becomes: refuse("a setting of the whole server") },
  { on: /^(?:create|alter)\s+event\s+trigger\s/i, becomes: refuse("an event trigger, which acts on whatever anybody does") },
  { on: /^(?:create|alter)\s+subscription\s/i, becomes: refuse("a subscription, which connects to another server") },
  { on: /^(?:load|set\s+(?:local\s+|session\s+)?role)\s/i, becomes: refuse("more than its owner may do") },
  { on: /^copy\s[\s\S]*\s(?:program\s|(?:from|to)\s+(?:e?'|\$))/i, becomes: refuse("a file or a program of the server's machine") },
  { on: /^comment\s+on\s+extension\s+"?plpgsql\b/i, becomes: leaveOut() },
  { on: /^create\s+extension\s+(?:if\s+not\s+exists\s+)?"?plpgsql\b/i, becomes: leaveOut() },
  { on: /^create\s+schema\s+public\s*$/i, becomes: leaveOut() },
  { on: /^set\s+(?:statement|lock|idle_in_transaction_session|transaction)_timeout\b/i, becomes: leaveOut() },
  { on: /^set\s+(?:default_with_oids|default_tablespace)\b/i, becomes: leaveOut() },
  { on: /^set\s+client_encoding\b(?!\s*(?:=|to)\s*'?utf-?8\b)/i, becomes: refuse("another encoding than UTF-8; dump it again with --encoding=UTF8") },
  { on: /^set\s+standard_conforming_strings\b(?!\s*(?:=|to)\s*'?on\b)/i, becomes: refuse("strings in which a backslash is no character") },
];
