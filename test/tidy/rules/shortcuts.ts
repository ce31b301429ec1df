// Ways around the checks: `any`, silenced diagnostics, default exports, tests that do not run or compare with a snapshot
// nobody reads, promises to do it later.
import { isBelow, isCode, type Node, nameOf, nodesOf, parse, type Rule, type SourceFile, type Violation, violation } from "../tree.ts";

const silencers = /@ts-(ignore|expect-error|nocheck)|eslint-disable/;
const biomeIgnore = /biome-ignore(?!\S*\s+\S+:\s+(?!<)\S.{10,})/;
const later = /\b(TODO|FIXME|XXX|HACK)\b(?!.*#\d+)/;
const notRun = new Set(["only", "skip", "todo", "skipIf", "runIf", "fails"]);
/** `runIf(isRoot)` is allowed: what needs root cannot be tried without. */
const allowedCondition = "isRoot";
const runners = new Set(["test", "it", "describe", "suite"]);
const banned: Readonly<Record<string, string>> = {
  toMatchSnapshot: "compares with a snapshot",
  toMatchInlineSnapshot: "compares with a snapshot",
  toMatchFileSnapshot: "compares with a snapshot",
  toThrowErrorMatchingSnapshot: "compares with a snapshot",
  toThrowErrorMatchingInlineSnapshot: "compares with a snapshot",
};

export const shortcuts: Rule = (files) => files.filter(isCode).flatMap((file) => [...commentsOf(file), ...nodesIn(file)]);

function commentsOf(file: SourceFile): readonly Violation[] {
  return parse(file).comments.flatMap((comment) => {
    const seen = [
      silencers.test(comment.value) && "silences the compiler",
      biomeIgnore.test(comment.value) && "silences the linter without a reason",
    ];
    if (later.test(comment.value)) seen.push("puts something off without an issue number");
    return seen.filter((text) => text !== false).map((text) => violation(file, comment.start, text));
  });
}

function nodesIn(file: SourceFile): readonly Violation[] {
  const found: Violation[] = [];
  for (const { node, ancestors } of nodesOf(file)) {
    const seen = shortcutOf(file, node) ?? (isBelow(file, "test") ? testShortcutOf(node, ancestors.at(-1)) : undefined);
    if (seen) found.push(violation(file, node.start, seen));
  }
  return found;
}

function shortcutOf(file: SourceFile, node: Node): string | undefined {
  if (node.type === "TSAnyKeyword") return "uses any";
  if (node.type === "ExportDefaultDeclaration" && !/\.config\.(ts|js)$/.test(file.path)) return "has a default export";
  if (node.type === "TSEnumDeclaration") return "declares an enum";
  return undefined;
}

function testShortcutOf(node: Node, parent: Node | undefined): string | undefined {
  if (node.type !== "MemberExpression") return undefined;
  const [head = "", ...rest] = nameOf(node).split(".");
  if (rest[0] === "runIf" && nameOf((parent?.["arguments"] as Node[] | undefined)?.[0]) === allowedCondition) return undefined;
  if (runners.has(head) && rest.some((name) => notRun.has(name))) return `does not run: ${nameOf(node)}`;
  if (head === "vi" && /^(mock|doMock|hoisted|stubGlobal)$/.test(rest[0] ?? "")) return `mocks: ${nameOf(node)}`;
  const name = nameOf(node["property"]);
  return Object.hasOwn(banned, name) ? banned[name] : undefined;
}
