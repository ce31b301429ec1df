// The source tree as the rules see it: every file that git tracks or would track, its text, and for TypeScript its syntax
// tree and comments (parsed by the build tool's own parser).
import { execFileSync } from "node:child_process";
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseSync } from "vite";

export interface SourceFile {
  /** From the root of the checkout, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

export interface Violation {
  readonly path: string;
  readonly line: number;
  readonly seen: string;
}

/** Looks at a whole tree; what it returns is what a person has to mend. */
export type Rule = (files: readonly SourceFile[]) => readonly Violation[];

/** A node of the syntax tree (ESTree with types); what a kind of node holds is its rule's to know. */
export interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [field: string]: unknown;
}

export interface Comment {
  readonly value: string;
  readonly start: number;
  readonly end: number;
}

export interface Parsed {
  readonly program: Node;
  readonly comments: readonly Comment[];
}

const root = fileURLToPath(new URL("../..", import.meta.url));
const textual = /\.(ts|tsx|js|mjs|json|jsonc|md|sql|css|html|toml|sh|conf|service|timer|cron|template|yml|yaml|svg|txt)$|(^|\/)(\.[a-z]+|[A-Za-z]+)$/;

/** All files of the checkout that are text, ignored ones left out. */
export function readTree(): readonly SourceFile[] {
  const listed = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], { cwd: root, encoding: "utf8" });
  const paths = [...new Set(listed.split("\0"))].filter((path) => textual.test(path) && isFile(path)).sort();
  return paths.map((path) => ({ path, text: readFileSync(join(root, path), "utf8") }));
}

function isFile(path: string): boolean {
  return statSync(join(root, path), { throwIfNoEntry: false })?.isFile() ?? false;
}

const parsedFiles = new WeakMap<SourceFile, Parsed>();

/** The syntax tree of a TypeScript or JavaScript file, parsed once. */
export function parse(file: SourceFile): Parsed {
  const known = parsedFiles.get(file);
  if (known) return known;
  const { program, comments, errors } = parseSync(file.path, file.text);
  if (errors.length > 0) throw new Error(`${file.path} cannot be parsed: ${errors[0]?.message}`);
  const parsed = { program: program as unknown as Node, comments };
  parsedFiles.set(file, parsed);
  return parsed;
}

/** Every node below `from`, parents before children, each with its ancestors (nearest last). */
export function* walk(from: Node, ancestors: readonly Node[] = []): Generator<{ readonly node: Node; readonly ancestors: readonly Node[] }> {
  yield { node: from, ancestors };
  const inner = [...ancestors, from];
  for (const child of childrenOf(from)) yield* walk(child, inner);
}

export function childrenOf(node: Node): readonly Node[] {
  return Object.values(node)
    .flat()
    .filter((value): value is Node => typeof value === "object" && value !== null && "type" in value && "start" in value);
}

export function nodesOf(file: SourceFile): Generator<{ readonly node: Node; readonly ancestors: readonly Node[] }> {
  return walk(parse(file).program);
}

export function isCode(file: SourceFile): boolean {
  return /\.(ts|tsx|js|mjs)$/.test(file.path);
}

export function isBelow(file: SourceFile, ...directories: readonly string[]): boolean {
  return directories.some((directory) => file.path === directory || file.path.startsWith(`${directory}/`));
}

export function violation(file: SourceFile, at: number, seen: string): Violation {
  return { path: file.path, line: file.text.slice(0, at).split("\n").length, seen };
}

/** `path:line seen`, as a terminal makes it clickable. */
export function readable(violations: readonly Violation[]): readonly string[] {
  return violations.map(({ path, line, seen }) => `${path}:${line} ${seen}`);
}

/** The text of an expression or name, `fs.promises.writeFile` for a chain of members; empty for anything else. */
export function nameOf(node: unknown): string {
  const { type, name, object, property, computed } = (node ?? {}) as Record<string, unknown>;
  if (type === "Identifier" || type === "PrivateIdentifier") return String(name);
  if (type !== "MemberExpression") return "";
  const key = computed ? String((property as Record<string, unknown>)["value"] ?? "") : nameOf(property);
  return `${nameOf(object)}.${key}`;
}
