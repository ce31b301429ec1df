// Ask what an engine can do, never which engine it is: the engines' names appear in strings and identifiers only where an
// engine is at home. Comments may name them.
import { isBelow, isCode, type Node, nodesOf, type Rule, type SourceFile, type Violation, violation } from "../tree.ts";

const homes = ["src/engines", "src/drivers", "src/app/store", "src/app/migrations", "src/deploy/templates"];

/** Places outside the homes, each with the reason why the name cannot be avoided there. */
const allowed: Readonly<Record<string, string>> = {
  "src/cli/commands.ts": "the help says which engines a person can choose",
  "src/cli/help.ts": "the help says what the tool is for",
  "src/operations/stack/demo.ts": "titles of the tasks that a new board shows",
};

const word = /postgres|mariadb|mysql/i;

export const engineWords: Rule = (files) =>
  files.filter((file) => isCode(file) && isBelow(file, "src", "web") && !isBelow(file, ...homes) && !(file.path in allowed)).flatMap(wordsIn);

function wordsIn(file: SourceFile): readonly Violation[] {
  const found: Violation[] = [];
  for (const { node } of nodesOf(file)) {
    const text = textOf(node);
    if (word.test(text)) found.push(violation(file, node.start, `names an engine: ${text.trim().slice(0, 60)}`));
  }
  return found;
}

function textOf(node: Node): string {
  if (node.type === "Identifier" || node.type === "JSXIdentifier" || node.type === "PrivateIdentifier") return String(node["name"]);
  if (node.type === "Literal" || node.type === "JSXText") return typeof node["value"] === "string" ? node["value"] : "";
  if (node.type === "TemplateElement") return (node["value"] as { readonly raw: string }).raw;
  return "";
}
