// What comes from outside: every package of the lock file is pinned by its content and by nothing else, and no file names
// the host of a package registry.
import type { Rule, SourceFile, Violation } from "../tree.ts";
import { violation } from "../tree.ts";

interface LockFile {
  readonly packages: Readonly<Record<string, { readonly integrity?: string; readonly resolved?: string; readonly link?: boolean }>>;
}

// Written in pieces, so that this file does not name what it forbids.
const hosts = ["npm" + "js", "yarn" + "pkg", "pypi", "rubygems", "verdaccio", "artifactory", "npm" + "mirror", "unpkg", "jsdelivr"];
const registryUrl = new RegExp(`\\b${"regi" + "stry"}\\.[a-z0-9-]+\\.[a-z]{2,}|https?://[^\\s/"')]*(${hosts.join("|")})`, "gi");

export const packages: Rule = (files) => [...files.filter(({ path }) => path === "package-lock.json").flatMap(lockFile), ...files.flatMap(hostsIn)];

function lockFile(file: SourceFile): readonly Violation[] {
  const { packages: entries } = JSON.parse(file.text) as LockFile;
  return Object.entries(entries).flatMap(([name, entry]) => {
    if (name === "" || entry.link) return [];
    const seen = [!entry.integrity && `${name} has no integrity`, entry.resolved && `${name} is bound to ${entry.resolved}`];
    return seen.filter((text) => typeof text === "string").map((text) => ({ path: file.path, line: 1, seen: text }));
  });
}

function hostsIn(file: SourceFile): readonly Violation[] {
  return [...file.text.matchAll(registryUrl)].map((match) => violation(file, match.index, `names a registry: ${match[0]}`));
}
