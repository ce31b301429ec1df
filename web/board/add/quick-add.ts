// What a line typed for a new task means: the title, and small words in it that stand for its other fields. `!1` to `!3` is a
// priority, `#office` a project, `@mira` a person, `today`, `fri` or `2026-12-01` a due date, `9:30` behind it the time. Days as
// words count at the ends of the line only, where they are seldom part of the title. A backslash before a word, or quotes
// around it, leave it in the title; so does everything that is not understood.
import type { NewTask } from "../../../src/app/api/contract/tasks.ts";
import { dayIn } from "./day-words.ts";

export type TokenKind = "priority" | "project" | "person" | "due";

export interface Token {
  readonly kind: TokenKind;
  /** As it was typed, and where. */
  readonly text: string;
  readonly start: number;
  /** What it stands for, for the chip. */
  readonly label: string;
  /** Of the project. */
  readonly id?: number | undefined;
}

export interface QuickAdd {
  readonly title: string;
  readonly fields: Pick<NewTask, "priority" | "project_id" | "assigned_to" | "due_date">;
  readonly tokens: readonly Token[];
}

export interface KnownNames {
  readonly projects: readonly { readonly id: number; readonly name: string }[];
  readonly people: readonly string[];
  readonly now: Date;
}

interface Word {
  readonly text: string;
  readonly start: number;
  readonly isQuoted: boolean;
}

interface Meaning {
  readonly kind: TokenKind;
  readonly label: string;
  readonly fields: QuickAdd["fields"];
  readonly words: number;
}

export function parseQuickAdd(line: string, known: KnownNames): QuickAdd {
  const whole = /^\s*"(.*)"\s*$/.exec(line)?.[1];
  if (whole !== undefined && !whole.includes('"')) return { title: whole.trim(), fields: {}, tokens: [] };
  const words = wordsOf(line);
  const tokens: Token[] = [];
  const titleWords: string[] = [];
  let fields: QuickAdd["fields"] = {};
  for (let index = 0; index < words.length; ) {
    const word = words[index] as Word;
    const meaning = meaningAt(words, index, known);
    if (meaning && !tokens.some(({ kind }) => kind === meaning.kind)) {
      const last = words[index + meaning.words - 1] as Word;
      tokens.push({
        kind: meaning.kind,
        label: meaning.label,
        id: meaning.fields.project_id ?? undefined,
        start: word.start,
        text: line.slice(word.start, last.start + last.text.length),
      });
      fields = { ...fields, ...meaning.fields };
      index += meaning.words;
    } else {
      titleWords.push(unescaped(words, index, known));
      index += 1;
    }
  }
  return { title: titleWords.join(" "), fields, tokens };
}

/** The same line with one token made plain text. */
export function asText(line: string, token: Token): string {
  return `${line.slice(0, token.start)}\\${line.slice(token.start)}`;
}

function wordsOf(line: string): readonly Word[] {
  let isQuoted = false;
  return [...line.matchAll(/\S+/g)].map(({ 0: text, index }) => {
    const quotes = text.split('"').length - 1;
    const word = { text, start: index, isQuoted: isQuoted || quotes > 0 };
    if (quotes % 2 === 1) isQuoted = !isQuoted;
    return word;
  });
}

function meaningAt(words: readonly Word[], index: number, known: KnownNames): Meaning | undefined {
  const word = words[index];
  if (!word || word.isQuoted) return undefined;
  return signOf(word.text, known) ?? dueAt(words, index, known);
}

function signOf(text: string, { projects, people }: KnownNames): Meaning | undefined {
  const [sign, rest] = [text.charAt(0), text.slice(1)];
  if (sign === "!" && /^[1-3]$/.test(rest)) {
    return { kind: "priority", label: ["Low", "Medium", "High"][Number(rest) - 1] ?? rest, fields: { priority: Number(rest) }, words: 1 };
  }
  if (rest === "") return undefined;
  if (sign === "#") {
    const project = nearest(rest, projects, ({ name }) => name);
    return project && { kind: "project", label: project.name, fields: { project_id: project.id }, words: 1 };
  }
  if (sign !== "@") return undefined;
  const person = nearest(rest, people, (name) => name) ?? rest;
  return { kind: "person", label: person, fields: { assigned_to: person }, words: 1 };
}

/** The one that is named so, else the only one or the shortest that begins so; blanks and case do not count. */
function nearest<One>(typed: string, all: readonly One[], nameOf: (one: One) => string): One | undefined {
  const wanted = plain(typed);
  if (wanted === "") return undefined;
  const begins = all.filter((one) => plain(nameOf(one)).startsWith(wanted));
  return begins.find((one) => plain(nameOf(one)) === wanted) ?? begins.sort((one, other) => nameOf(one).length - nameOf(other).length)[0];
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[\s_-]+/g, "");
}

function dueAt(words: readonly Word[], index: number, known: KnownNames): Meaning | undefined {
  const text = words[index]?.text ?? "";
  const next = words[index + 1];
  const time = next && !next.isQuoted && /^\d{1,2}:\d{2}$/.test(next.text) ? next.text : undefined;
  const day = dayIn(text, { now: known.now, time });
  if (!day) return undefined;
  const used = day.hasTime ? 2 : 1;
  const isAtEnd = isEdge(words.slice(index + used), known);
  const isAtBeginning = isEdge(words.slice(0, index), known);
  if (day.counts === "at the end" && !isAtEnd) return undefined;
  if (day.counts === "at both ends" && !isAtEnd && !isAtBeginning) return undefined;
  if (words.length === used) return undefined; // a title of its own
  return { kind: "due", label: day.label, fields: { due_date: day.moment }, words: used };
}

/** Nothing but other tokens stands there. */
function isEdge(words: readonly Word[], known: KnownNames): boolean {
  return words.every(({ text, isQuoted }) => !isQuoted && signOf(text, known) !== undefined);
}

function unescaped(words: readonly Word[], index: number, known: KnownNames): string {
  const word = words[index] as Word;
  if (word.isQuoted || !word.text.startsWith("\\")) return word.text;
  const bare = { ...word, text: word.text.slice(1) };
  return meaningAt(words.with(index, bare), index, known) ? bare.text : word.text;
}
