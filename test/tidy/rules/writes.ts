// Every write goes through src/platform/files.ts, or trees.ts beside it (INV-7): functions of node:fs that change something appear
// nowhere else.
import { isBelow, isCode, type Node, nameOf, nodesOf, type Rule, type SourceFile, type Violation, violation } from "../tree.ts";

const home = "src/platform/files.ts";
const homes = [home, "src/platform/trees.ts"];

/** Other files and the one function that each may use: a single system call, whole or not at all. */
const exceptions: Readonly<Record<string, string>> = {
  "src/platform/links.ts": "symlink",
  "src/platform/line-output.ts": "writeSync", // to a descriptor that is open already, in one call a batch
  "src/app/listen.ts": "chmod", // of a socket, which is made by listening
  "src/serve/control.ts": "chmod", // as above
};
export const changing = new Set(
  "appendFile chmod chown copyFile cp createWriteStream fchmod fchown fdatasync fsync ftruncate futimes lchmod lchown link lutimes mkdir mkdtemp open rename rm rmdir symlink truncate unlink utimes write writeFile writev".split(
    " ",
  ),
);
const isFileModule = (name: unknown): boolean => /^(node:)?fs(\/promises)?$/.test(String(name));

export const writes: Rule = (files) => files.filter((file) => isCode(file) && isBelow(file, "src") && !homes.includes(file.path)).flatMap(writesIn);

function writesIn(file: SourceFile): readonly Violation[] {
  const found: Violation[] = [];
  const spaces = new Set<string>();
  for (const { node } of nodesOf(file)) {
    if (node.type === "ImportDeclaration" && isFileModule((node["source"] as Node)["value"])) {
      for (const specifier of node["specifiers"] as Node[]) {
        if (specifier.type !== "ImportSpecifier") spaces.add(nameOf(specifier["local"]));
        else if (isForbidden(file, nameOf(specifier["imported"]))) found.push(here(file, specifier, nameOf(specifier["imported"])));
        else if (nameOf(specifier["imported"]) === "promises") spaces.add(nameOf(specifier["local"]));
      }
    }
    if (node.type === "ImportExpression" && isFileModule((node["source"] as Node)["value"])) found.push(here(file, node, "import() of node:fs"));
    if (node.type === "MemberExpression" && spaces.has(nameOf(node).split(".")[0] ?? "") && isForbidden(file, nameOf(node["property"]))) {
      found.push(here(file, node, nameOf(node)));
    }
  }
  return found;
}

function isForbidden(file: SourceFile, name: string): boolean {
  return exceptions[file.path] !== name && isChanging(name);
}

function isChanging(name: string): boolean {
  return changing.has(name.replace(/Sync$/, ""));
}

function here(file: SourceFile, node: Node, name: string): Violation {
  return violation(file, node.start, `changes files by ${name}: only ${home} does`);
}
