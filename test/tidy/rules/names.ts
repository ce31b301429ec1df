// Files and directories are kebab-case, and every source file opens with a comment that says what it does.
import { isBelow, isCode, type Rule, type SourceFile, type Violation } from "../tree.ts";

const rooms = ["src", "web", "test", "scripts", "bench", "docs", "changes", "bin"];
const kebab = /^\.?[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)*$/;
const opening = /^(#![^\n]*\n|\/\/\/ <reference[^\n]*\n)*(\/\/ \S.{20,}|\/\*\*?\s*\n?\s*\*?\s*\S.{20,})/;

export const names: Rule = (files) => files.filter((file) => isBelow(file, ...rooms)).flatMap((file) => [...nameOfFile(file), ...openingOf(file)]);

function nameOfFile({ path }: SourceFile): readonly Violation[] {
  const odd = path.split("/").find((part) => !kebab.test(part) && part !== "README.md");
  return odd === undefined ? [] : [{ path, line: 1, seen: `is not kebab-case: ${odd}` }];
}

function openingOf(file: SourceFile): readonly Violation[] {
  if (!isCode(file) || opening.test(file.text)) return [];
  return [{ path: file.path, line: 1, seen: "does not open with a comment that says what it does" }];
}
