// Time, environment and terminal come in by hand: the globals are for the platform, the command line and the application's
// own main file. Programs are started in one file, without a shell.
import { isBelow, isCode, type Node, nameOf, nodesOf, type Rule, type SourceFile, type Violation, violation } from "../tree.ts";

const mayTouchGlobals = ["src/platform", "src/cli", "src/app/main.ts"];
const mayStartPrograms = "src/platform/processes.ts";
const shellCalls = new Set(["exec", "execSync"]);

export const ambient: Rule = (files) => files.filter(isCode).flatMap((file) => [...globalsIn(file), ...programsIn(file)]);

function globalsIn(file: SourceFile): readonly Violation[] {
  if (!isBelow(file, "src") || isBelow(file, ...mayTouchGlobals)) return [];
  const found: Violation[] = [];
  for (const { node } of nodesOf(file)) {
    const seen = globalOf(node);
    if (seen) found.push(violation(file, node.start, `uses ${seen}: it comes in by the context`));
  }
  return found;
}

function globalOf(node: Node): string | undefined {
  if (node.type === "NewExpression" && nameOf(node["callee"]) === "Date" && (node["arguments"] as unknown[]).length === 0) return "new Date()";
  if (node.type !== "MemberExpression") return undefined;
  const name = nameOf(node);
  if (name === "process.env" || name === "Date.now") return name;
  return nameOf(node["object"]) === "console" ? name : undefined;
}

function programsIn(file: SourceFile): readonly Violation[] {
  const found: Violation[] = [];
  for (const { node } of nodesOf(file)) {
    const seen = startOf(file, node);
    if (seen) found.push(violation(file, node.start, seen));
  }
  return found;
}

function startOf(file: SourceFile, node: Node): string | undefined {
  if (node.type === "ImportDeclaration" && /^(node:)?child_process$/.test(String((node["source"] as Node)["value"]))) {
    if (isBelow(file, "src") && file.path !== mayStartPrograms) return `starts programs: only ${mayStartPrograms} does`;
    const imported = (node["specifiers"] as Node[]).map((specifier) => nameOf(specifier["imported"]));
    return imported.some((name) => shellCalls.has(name)) ? "imports a function that goes through a shell" : undefined;
  }
  if (node.type === "CallExpression" && shellCalls.has(nameOf(node["callee"]))) return `calls ${nameOf(node["callee"])}, which goes through a shell`;
  if (node.type !== "Property" || nameOf(node["key"]) !== "shell") return undefined;
  return (node["value"] as Node)["value"] === false ? undefined : "sets shell: a program is an argv array";
}
