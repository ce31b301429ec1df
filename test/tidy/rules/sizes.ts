// Small rooms: no file over 300 lines, no function over 50. The callback of a `describe` is a chapter, not a function.
import { isCode, type Node, nameOf, nodesOf, type Rule, type SourceFile, type Violation, violation } from "../tree.ts";

const fileLimitLines = 300;
const functionLimitLines = 50;
const functionTypes = new Set(["FunctionDeclaration", "FunctionExpression", "ArrowFunctionExpression"]);

export const sizes: Rule = (files) => files.filter(isCode).flatMap((file) => [...fileSize(file), ...functionSizes(file)]);

function fileSize(file: SourceFile): readonly Violation[] {
  const lines = file.text.trimEnd().split("\n").length;
  return lines > fileLimitLines ? [{ path: file.path, line: 1, seen: `has ${lines} lines, at most ${fileLimitLines}` }] : [];
}

function functionSizes(file: SourceFile): readonly Violation[] {
  const found: Violation[] = [];
  for (const { node, ancestors } of nodesOf(file)) {
    if (!functionTypes.has(node.type) || isChapter(ancestors.at(-1))) continue;
    const lines = file.text.slice(node.start, node.end).split("\n").length;
    if (lines > functionLimitLines) found.push(violation(file, node.start, `function of ${lines} lines, at most ${functionLimitLines}`));
  }
  return found;
}

/** The call is `describe(…)`, `describe.each(…)(…)` or one of its kin. */
function isChapter(parent: Node | undefined): boolean {
  if (parent?.type !== "CallExpression") return false;
  const callee = parent["callee"] as Node;
  const name =
    callee.type === "CallExpression" || callee.type === "TaggedTemplateExpression" ? nameOf(callee["callee"] ?? callee["tag"]) : nameOf(callee);
  return name.split(".")[0] === "describe";
}
