// Imports point down only, by the layers of DESIGN.md; the engines never see each other; `web` takes types of the contract
// and nothing else; only src/index.ts re-exports; the drivers' packages are imported by the drivers alone.
import { posix } from "node:path";
import { isBelow, isCode, type Node, nodesOf, type Rule, type SourceFile, type Violation, violation } from "../tree.ts";

const downward: Readonly<Record<string, readonly string[]>> = {
  foundation: [],
  platform: ["foundation"],
  formats: ["platform", "foundation"],
  drivers: ["platform", "foundation"],
  engines: ["drivers", "formats", "platform", "foundation"],
  deploy: ["drivers", "formats", "platform", "foundation"],
  operations: ["engines", "deploy", "drivers", "formats", "platform", "foundation"],
  serve: ["operations", "engines", "deploy", "drivers", "formats", "platform", "foundation"],
  cli: ["serve", "operations", "engines", "deploy", "drivers", "formats", "platform", "foundation"],
  app: ["drivers", "platform", "foundation"],
};

const twinFloors = ["src/engines", "src/drivers", "src/app/store"];
const driverPackages = new Set(["pg", "pg-cursor", "mariadb"]);
const pureModules = new Set(["node:util"]);
const contract = "src/app/api/contract/";

interface Import {
  readonly node: Node;
  readonly from: string;
  readonly isTypeOnly: boolean;
  readonly isReexport: boolean;
}

export const imports: Rule = (files) =>
  files.filter((file) => isCode(file) && isBelow(file, "src", "web")).flatMap((file) => importsOf(file).flatMap((found) => judge(file, found)));

function importsOf(file: SourceFile): readonly Import[] {
  const found: Import[] = [];
  for (const { node } of nodesOf(file)) {
    const source = node["source"] as Node | null | undefined;
    if (!source || typeof source["value"] !== "string") continue;
    const isTypeOnly = node["importKind"] === "type" || node["exportKind"] === "type" || node.type === "TSImportType";
    found.push({ node, from: source["value"], isTypeOnly, isReexport: node.type.startsWith("Export") });
  }
  return found;
}

function judge(file: SourceFile, found: Import): readonly Violation[] {
  const seen = found.from.startsWith(".") ? judgeRelative(file, found) : judgePackage(file, found.from);
  const barrel = found.isReexport && file.path !== "src/index.ts" ? "re-exports: import the file you mean, only src/index.ts is a barrel" : undefined;
  return [seen, barrel].filter((text) => text !== undefined).map((text) => violation(file, found.node.start, text));
}

function judgeRelative(file: SourceFile, found: Import): string | undefined {
  const target = posix.join(posix.dirname(file.path), found.from);
  if (isBelow(file, "web")) return judgeWeb(file, target, found.isTypeOnly);
  if (file.path === "src/index.ts") return undefined;
  return judgeTwins(file, target) ?? judgeLayers(file, target);
}

function judgeWeb(file: SourceFile, target: string, isTypeOnly: boolean): string | undefined {
  if (target.startsWith("web/")) {
    const room = file.path.split("/")[1] ?? "";
    return target.startsWith(`web/${room}/`) || target.startsWith("web/kit/")
      ? undefined
      : `web/${room} imports ${target}: only its own files and web/kit`;
  }
  if (!target.startsWith(contract)) return `web imports ${target}: only ${contract}`;
  return isTypeOnly ? undefined : "web imports values of the contract: types only";
}

function judgeTwins(file: SourceFile, target: string): string | undefined {
  const floor = twinFloors.find((directory) => isBelow(file, `${directory}/postgres`, `${directory}/mariadb`));
  if (!floor) return undefined;
  const other = isBelow(file, `${floor}/postgres`) ? "mariadb" : "postgres";
  return target.includes(`/${other}/`) ? `imports ${target}: the engines never see each other` : undefined;
}

function judgeLayers(file: SourceFile, target: string): string | undefined {
  const from = file.path.split("/")[1] ?? "";
  const to = target.startsWith("src/") ? (target.split("/")[1] ?? "") : target;
  if (from === to) return undefined;
  const allowed = downward[from];
  if (!allowed) return `is in no layer of the design: src/${from}`;
  return allowed.includes(to) ? undefined : `${from} imports ${target}: only ${allowed.join(", ") || "nothing"} below it`;
}

function judgePackage(file: SourceFile, name: string): string | undefined {
  if (driverPackages.has(name) && !isBelow(file, "src/drivers")) return `imports ${name}: statements go through src/drivers`;
  if (isBelow(file, "src/foundation") && !pureModules.has(name)) return `foundation is pure and imports ${name}`;
  return undefined;
}
