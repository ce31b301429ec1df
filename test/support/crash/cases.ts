// One case for each writer of src/platform: what it finds, what it writes, what may be left after a kill -9. All of them
// run with umask 000, so that a mode that is set too late is seen.
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { CrashCase } from "./harness.ts";

const old = "old ".repeat(5_000);
const fresh = "new ".repeat(7_000);
const deadOwner = { pid: 4_194_304, startTicks: 1, bootId: "another", host: "", operation: "old", since: "2020-01-01T00:00:00Z" };
const record = (what: string) => `${JSON.stringify({ at: "2020-01-01T00:00:00.000Z", who: "root", what, outcome: "done" })}\n`;

export const cases: Readonly<Record<string, CrashCase>> = {
  writeFileAtomic: {
    title: "writeFileAtomic over an old file",
    script: `import { writeFileAtomic } from "./platform/files.js";
      export const write = (directory) => writeFileAtomic(directory + "/file", "new ".repeat(7000));`,
    prepare: (directory) => writeFileSync(join(directory, "file"), old, { mode: 0o600 }),
    afterKill: (directory) => first(wholeOf(directory, "file", [old, fresh]), modesIn(directory, 0o600)),
    afterNext: (directory) => first(wholeOf(directory, "file", [fresh]), onlyIn(directory, ["file"]), modesIn(directory, 0o600)),
  },
  pieces: {
    title: "writeFileAtomic of what comes in pieces",
    script: `import { writeFileAtomic } from "./platform/files.js";
      async function* pieces() { for (let piece = 0; piece < 7; piece++) yield Buffer.from("new ".repeat(1000)); }
      export const write = (directory) => writeFileAtomic(directory + "/file", pieces());`,
    prepare: (directory) => writeFileSync(join(directory, "file"), old, { mode: 0o600 }),
    afterKill: (directory) => first(wholeOf(directory, "file", [old, fresh]), modesIn(directory, 0o600)),
    afterNext: (directory) => first(wholeOf(directory, "file", [fresh]), onlyIn(directory, ["file"]), modesIn(directory, 0o600)),
  },
  appendLine: {
    title: "appendLine after a torn line",
    script: `import { appendLine } from "./platform/files.js";
      export const write = (directory) => appendLine(directory + "/lines", "new");`,
    prepare: (directory) => writeFileSync(join(directory, "lines"), "one\ntorn", { mode: 0o600 }),
    afterKill: (directory) => matches(directory, "lines", /^one\ntorn(\nnew\n)?$/),
    afterNext: (directory) => first(matches(directory, "lines", /^one\ntorn\n(new\n){1,2}$/), onlyIn(directory, ["lines"])),
  },
  openLog: {
    title: "openLog",
    script: `import { openLog } from "./platform/files.js";
      export const write = async (directory) => { const log = await openLog(directory + "/log"); await log.close(); };`,
    prepare: (directory) => writeFileSync(join(directory, "log"), "old\n", { mode: 0o640 }),
    afterKill: (directory) => first(wholeOf(directory, "log", ["old\n"]), modesIn(directory, 0o640)),
    afterNext: (directory) => wholeOf(directory, "log", ["old\n"]),
  },
  rotateLog: {
    title: "rotateLog of a log over its limit",
    script: `import { rotateLog } from "./platform/files.js";
      export const write = (directory) => rotateLog({ path: directory + "/log", keepAs: directory + "/log.1", limitBytes: 1000 });`,
    prepare: (directory) => writeFileSync(join(directory, "log"), old, { mode: 0o640 }),
    afterKill: (directory) =>
      readFileSync(join(directory, "log"), "utf8") === "" ? wholeOf(directory, "log.1", [old]) : wholeOf(directory, "log", [old]),
    afterNext: (directory) => first(wholeOf(directory, "log", [""]), wholeOf(directory, "log.1", [old]), onlyIn(directory, ["log", "log.1"])),
  },
  ensureDirectory: {
    title: "ensureDirectory with its parents",
    script: `import { ensureDirectory } from "./platform/files.js";
      export const write = (directory) => ensureDirectory(directory + "/a/b/secrets");`,
    prepare: () => undefined,
    afterKill: (directory) => modeOf(join(directory, "a/b/secrets"), 0o700) ?? modeOf(join(directory, "a/b"), 0o755),
    afterNext: (directory) => (existsSync(join(directory, "a/b/secrets")) ? modeOf(join(directory, "a/b/secrets"), 0o700) : "it is not there"),
  },
  remove: {
    title: "remove of a tree",
    script: `import { remove } from "./platform/files.js";
      export const write = (directory) => remove(directory + "/doomed");`,
    prepare: (directory) => {
      tree(join(directory, "doomed"));
      writeFileSync(join(directory, "kept"), old);
    },
    afterKill: (directory) => wholeOf(directory, "kept", [old]),
    afterNext: (directory) => first(onlyIn(directory, ["kept"]), wholeOf(directory, "kept", [old])),
  },
  moveIntoPlace: {
    title: "moveIntoPlace of a directory",
    script: `import { exists, moveIntoPlace } from "./platform/files.js";
      export const write = async (directory) => {
        if (await exists(directory + "/made")) await moveIntoPlace({ from: directory + "/made", to: directory + "/place" });
      };`,
    prepare: (directory) => tree(join(directory, "made")),
    afterKill: (directory) => first(treeIn(join(directory, existsSync(join(directory, "made")) ? "made" : "place"))),
    afterNext: (directory) => first(onlyIn(directory, ["place"]), treeIn(join(directory, "place"))),
  },
  trees: {
    title: "a tree written and copied beside its place, synced, and moved there",
    script: `import { ensureDirectory, exists, moveIntoPlace, remove } from "./platform/files.js";
      import { copyTree, syncTree, writeNew } from "./platform/trees.js";
      async function* pieces() { for (let piece = 0; piece < 7; piece++) yield Buffer.from("new ".repeat(1000)); }
      const { signal } = new AbortController();
      export const write = async (directory) => {
        if (await exists(directory + "/place")) return;
        for (const part of ["made", "copied"]) {
          await remove(directory + "/" + part);
          await ensureDirectory(directory + "/" + part);
        }
        await writeNew(directory + "/made/file", pieces());
        await copyTree({ from: directory + "/made", to: directory + "/copied", signal });
        await syncTree(directory + "/copied");
        await moveIntoPlace({ from: directory + "/copied", to: directory + "/place" });
      };`,
    prepare: () => undefined,
    afterKill: (directory) => (existsSync(join(directory, "place")) ? wholeOf(join(directory, "place"), "file", [fresh]) : undefined),
    afterNext: (directory) => first(wholeOf(join(directory, "place"), "file", [fresh]), modesIn(join(directory, "place"), 0o600)),
  },
  withoutOthers: {
    title: "withoutOthers of a file that all may read",
    script: `import { withoutOthers } from "./platform/trees.js";
      export const write = (directory) => withoutOthers(directory + "/file");`,
    prepare: (directory) => writeFileSync(join(directory, "file"), old, { mode: 0o644 }),
    afterKill: (directory) => wholeOf(directory, "file", [old]),
    afterNext: (directory) => first(wholeOf(directory, "file", [old]), modesIn(directory, 0o600)),
  },
  publish: {
    title: "publish of a tree",
    script: `import { publish } from "./platform/files.js";
      export const write = (directory) => publish({ from: directory + "/made", to: directory + "/public" });`,
    prepare: (directory) => tree(join(directory, "made")),
    afterKill: (directory) => (existsSync(join(directory, "public")) ? treeIn(join(directory, "public"), 0o644) : undefined),
    afterNext: (directory) => first(onlyIn(directory, ["made", "public"]), treeIn(join(directory, "public"), 0o644), treeIn(join(directory, "made"))),
  },
  link: {
    title: "link beside its file",
    script: `import { link } from "./platform/links.js";
      export const write = (directory) => link({ from: directory + "/file", at: directory + "/link" });`,
    prepare: (directory) => writeFileSync(join(directory, "file"), old),
    afterKill: (directory) => (existsSync(join(directory, "link")) ? wholeOf(directory, "link", [old]) : undefined),
    afterNext: (directory) => first(onlyIn(directory, ["file", "link"]), wholeOf(directory, "link", [old])),
  },
  takeLock: {
    title: "takeLock over a dead owner",
    script: `import { systemClock } from "./platform/clock.js";
      import { takeLock } from "./platform/locks.js";
      export const write = (directory) => takeLock({ path: directory + "/locks/up", operation: "up", clock: systemClock });`,
    prepare: (directory) => {
      mkdirSync(join(directory, "locks"));
      writeFileSync(join(directory, "locks/up"), JSON.stringify({ ...deadOwner, host: readFileSync("/proc/sys/kernel/hostname", "utf8").trim() }));
    },
    afterKill: (directory) => ownerIn(join(directory, "locks/up")),
    afterNext: (directory) => first(ownerIn(join(directory, "locks/up"), "up"), onlyIn(join(directory, "locks"), [".mutex", "up"])),
  },
  release: {
    title: "takeLock and its release",
    script: `import { systemClock } from "./platform/clock.js";
      import { takeLock } from "./platform/locks.js";
      export const write = async (directory) => {
        const lock = await takeLock({ path: directory + "/locks/up", operation: "up", clock: systemClock });
        await lock[Symbol.asyncDispose]();
      };`,
    prepare: () => undefined,
    afterKill: (directory) => (existsSync(join(directory, "locks/up")) ? ownerIn(join(directory, "locks/up"), "up") : undefined),
    afterNext: (directory) => onlyIn(join(directory, "locks"), [".mutex"]),
  },
  record: {
    title: "record in the journal",
    script: `import { systemClock } from "./platform/clock.js";
      import { record } from "./platform/journal.js";
      export const write = (directory) => record(directory, systemClock, { what: "new", outcome: "done" });`,
    prepare: (directory) => writeFileSync(join(directory, "journal.jsonl"), record("one") + record("two"), { mode: 0o600 }),
    afterKill: (directory) => first(operationsIn(directory, /^one two( new)?$/), modesIn(directory, 0o600)),
    afterNext: (directory) => first(operationsIn(directory, /^one two( new){1,2}$/), onlyIn(directory, ["journal.jsonl"])),
  },
  ensureSecret: {
    title: "ensureSecret",
    script: `import { ensureSecret } from "./platform/secrets.js";
      export const write = (directory) => ensureSecret(directory, "app");`,
    prepare: () => undefined,
    afterKill: (directory) =>
      first(existsSync(join(directory, "app")) ? matches(directory, "app", /^[\w-]{32}\n$/) : undefined, modesIn(directory, 0o600)),
    afterNext: (directory) => first(matches(directory, "app", /^[\w-]{32}\n$/), onlyIn(directory, ["app"]), modesIn(directory, 0o600)),
  },
};

const { prepare, afterKill, afterNext } = cases["writeFileAtomic"] as CrashCase;
const overOldFile = { prepare, afterKill, afterNext };

/** Writers that are wrong on purpose: the harness must find each of them. */
export const badWriters: readonly (CrashCase & { readonly says: RegExp })[] = [
  {
    ...overOldFile,
    title: "a writer that copies in place",
    says: /is torn/,
    script: `import { copyFile, writeFile, rm } from "node:fs/promises";
      export const write = async (directory) => {
        await writeFile(directory + "/copy", "new ".repeat(7000), { mode: 0o600 });
        await copyFile(directory + "/copy", directory + "/file");
        await rm(directory + "/copy");
      };`,
  },
  {
    ...overOldFile,
    title: "a writer that sets the mode afterwards",
    says: /has mode 666/,
    script: `import { chmod, rename, writeFile } from "node:fs/promises";
      export const write = async (directory) => {
        await writeFile(directory + "/copy", "new ".repeat(7000));
        await chmod(directory + "/copy", 0o600);
        await rename(directory + "/copy", directory + "/file");
      };`,
  },
  {
    ...overOldFile,
    title: "a writer that never cleans up",
    says: /holds/,
    script: `import { rename, writeFile } from "node:fs/promises";
      export const write = async (directory) => {
        const temporary = directory + "/" + process.hrtime.bigint();
        await writeFile(temporary, "new ".repeat(7000), { mode: 0o600 });
        await rename(temporary, directory + "/file");
      };`,
  },
];

function first(...findings: readonly (string | undefined)[]): string | undefined {
  return findings.find((finding) => finding !== undefined);
}

function wholeOf(directory: string, name: string, wanted: readonly string[]): string | undefined {
  const text = existsSync(join(directory, name)) ? readFileSync(join(directory, name), "utf8") : undefined;
  if (text === undefined) return `${name} is gone`;
  return wanted.includes(text) ? undefined : `${name} is torn: ${text.length} characters`;
}

function matches(directory: string, name: string, wanted: RegExp): string | undefined {
  const text = readFileSync(join(directory, name), "utf8");
  return wanted.test(text) ? undefined : `${name} is ${JSON.stringify(text)}`;
}

function modesIn(directory: string, mode: number): string | undefined {
  return first(...readdirSync(directory).map((name) => modeOf(join(directory, name), mode)));
}

function modeOf(path: string, mode: number): string | undefined {
  if (!existsSync(path)) return undefined;
  const seen = statSync(path).mode & 0o777;
  return seen === mode ? undefined : `${path} has mode ${seen.toString(8)}`;
}

function onlyIn(directory: string, names: readonly string[]): string | undefined {
  const seen = readdirSync(directory).sort().join(" ");
  return seen === names.join(" ") ? undefined : `${directory} holds ${seen}`;
}

function tree(directory: string): void {
  mkdirSync(join(directory, "inner"), { recursive: true });
  writeFileSync(join(directory, "a"), old, { mode: 0o600 });
  writeFileSync(join(directory, "inner/b"), fresh, { mode: 0o600 });
}

function treeIn(directory: string, mode = 0o600): string | undefined {
  const modes = [modeOf(join(directory, "a"), mode), modeOf(join(directory, "inner/b"), mode)];
  return first(wholeOf(directory, "a", [old]), wholeOf(join(directory, "inner"), "b", [fresh]), ...modes);
}

function ownerIn(path: string, ...operations: readonly string[]): string | undefined {
  try {
    const { operation, pid } = JSON.parse(readFileSync(path, "utf8"));
    const isKnown = (operations.length === 0 || operations.includes(operation)) && Number.isInteger(pid);
    return isKnown ? undefined : `the lock is held for ${operation} by ${pid}`;
  } catch (cause) {
    return `the lock is torn or gone: ${String(cause)}`;
  }
}

function operationsIn(directory: string, wanted: RegExp): string | undefined {
  const lines = readFileSync(join(directory, "journal.jsonl"), "utf8").split("\n").slice(0, -1);
  const seen = lines.map((line) => JSON.parse(line).what).join(" ");
  return wanted.test(seen) ? undefined : `the journal tells ${seen}`;
}
