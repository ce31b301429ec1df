// Every exported function of src/platform that changes a file, with the case that kills it. `writersOf` finds them in the
// source: a function writes when it calls a changing function of node:fs, or a function that does.
import { changing } from "../../tidy/rules/writes.ts";
import { isBelow, type Node, nameOf, parse, type SourceFile, walk } from "../../tidy/tree.ts";

/** `file.function` to the name of its case. */
export const listedWriters: Readonly<Record<string, string>> = {
  "files.appendLine": "appendLine",
  "files.clearLeftovers": "writeFileAtomic",
  "files.directoryBeside": "publish",
  "files.ensureDirectory": "ensureDirectory",
  "files.moveIntoPlace": "moveIntoPlace",
  "files.openLog": "openLog",
  "files.publish": "publish",
  "files.remove": "remove",
  "files.rotateLog": "rotateLog",
  "files.writeFileAtomic": "writeFileAtomic",
  "files.writeFileOnce": "ensureSecret",
  "journal.record": "record",
  "links.link": "link",
  "locks.takeLock": "takeLock",
  "processes.start": "openLog",
  "secrets.ensureSecret": "ensureSecret",
  "trees.copyTree": "trees",
  "trees.withoutOthers": "withoutOthers",
  "trees.writeNew": "trees",
};

interface Function {
  readonly file: string;
  readonly name: string;
  readonly isExported: boolean;
  readonly calls: ReadonlySet<string>;
  readonly isChanging: boolean;
}

/** `file.function` of every exported function of src/platform that writes, by itself or by what it calls. */
export function writersOf(files: readonly SourceFile[]): readonly string[] {
  const functions = files.filter((file) => isBelow(file, "src/platform") && file.path.endsWith(".ts")).flatMap(functionsIn);
  const writing = new Set(functions.filter(({ isChanging }) => isChanging));
  for (let size = -1; size !== writing.size; ) {
    size = writing.size;
    const names = new Set([...writing].map(({ name }) => name));
    for (const one of functions) if ([...one.calls].some((call) => names.has(call))) writing.add(one);
  }
  return [...writing].filter(({ isExported }) => isExported).map(({ file, name }) => `${file}.${name}`);
}

function functionsIn(file: SourceFile): readonly Function[] {
  const name = file.path.slice("src/platform/".length, -".ts".length);
  return (parse(file).program["body"] as Node[]).flatMap((statement) => {
    const isExported = statement.type === "ExportNamedDeclaration";
    const declaration = (isExported ? statement["declaration"] : statement) as Node | null;
    if (declaration?.type !== "FunctionDeclaration") return [];
    const called = [...walk(declaration)].map(({ node }) => node).filter(({ type }) => type === "CallExpression");
    const calls = new Set(called.map((call) => nameOf(call["callee"])));
    return [{ file: name, name: nameOf(declaration["id"]), isExported, calls, isChanging: called.some(isChangingCall) }];
  });
}

/** Calls into node:fs that change something: as `fs.name`, or imported by name. Opening with "r" does not. */
function isChangingCall(call: Node): boolean {
  const [head, name] = nameOf(call["callee"]).split(".");
  const how = (call["arguments"] as Node[])[1]?.["value"];
  if (name === undefined) return head === "symlink";
  return head === "fs" && changing.has(name) && !(name === "open" && how === "r");
}
