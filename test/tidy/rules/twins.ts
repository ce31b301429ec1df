// A file exists for both engines or for neither: what one cannot do is a fact that is false, not a room that is missing.
import type { Rule, SourceFile, Violation } from "../tree.ts";

const floors = ["src/engines", "src/drivers", "src/app/store", "src/app/migrations"];
const engines = ["postgres", "mariadb"] as const;

export const twins: Rule = (files) =>
  floors.flatMap((floor) => {
    const [left, right] = engines.map((engine) => namesBelow(files, `${floor}/${engine}/`)) as [Set<string>, Set<string>];
    return [...missing(left, right, `${floor}/${engines[1]}`), ...missing(right, left, `${floor}/${engines[0]}`)];
  });

function namesBelow(files: readonly SourceFile[], directory: string): Set<string> {
  return new Set(files.filter(({ path }) => path.startsWith(directory)).map(({ path }) => path.slice(directory.length)));
}

function missing(present: Set<string>, other: Set<string>, directory: string): readonly Violation[] {
  return [...present]
    .filter((name) => !other.has(name))
    .map((name) => ({ path: `${directory}/${name}`, line: 1, seen: "is missing beside its twin" }));
}
