// TRAP-30: a server that was started under flock(1), or by a process with a locked descriptor, does not hold that lock after
// its parent has ended.
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { compilePlatform } from "../../support/crash/compiled.ts";
import { folder } from "./folder.ts";

let modules: string;

beforeAll(() => {
  modules = compilePlatform();
  const script = `import { start } from "./platform/processes.js";
    const { identity } = await start({ argv: ["/bin/sleep", "1000"], logPath: process.argv[2] + "/log" });
    console.log(identity.pid);
    process.exit(0);`;
  writeFileSync(join(modules, "starter.mjs"), script);
});

afterAll(() => {
  rmSync(modules, { recursive: true, force: true });
});

const isLocked = (file: string) => spawnSync("/usr/bin/flock", ["-n", file, "/bin/true"]).status !== 0;

describe("a server started under", () => {
  test.each([
    ["flock FILE", (file: string, starter: readonly string[]) => ["/usr/bin/flock", file, ...starter]],
    ["a locked descriptor 9", (file: string, starter: readonly string[]) => heldAt(9, file, starter)],
    ["a locked descriptor 200, far from the others", (file: string, starter: readonly string[]) => heldAt(200, file, starter)],
  ])("%s does not hold the lock when its parent has ended", (_how, commandOf) => {
    using home = folder();
    const file = join(home.path, "lock");
    const [program = "", ...args] = commandOf(file, [process.execPath, join(modules, "starter.mjs"), home.path]);
    const pid = Number(execFileSync(program, args, { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] }));
    try {
      expect(readFileSync(`/proc/${pid}/comm`, "utf8")).toBe("sleep\n");
      expect(existsSync(file)).toBe(true);
      expect(isLocked(file)).toBe(false);
    } finally {
      process.kill(pid, "SIGKILL");
    }
  });

  test("nothing at all would hold it: the same server started by hand does", () => {
    using home = folder();
    const file = join(home.path, "lock");
    const [program = "", ...args] = heldAt(9, file, ["/bin/sh", "-c", "sleep 1000 >/dev/null 2>&1 & echo $!"]);
    const pid = Number(execFileSync(program, args, { encoding: "utf8" }));
    try {
      expect(isLocked(file)).toBe(true);
    } finally {
      process.kill(pid, "SIGKILL");
    }
  });
});

function heldAt(descriptor: number, file: string, command: readonly string[]): readonly string[] {
  return ["/bin/bash", "-c", `exec ${descriptor}>"$0"; flock -n ${descriptor} || exit 9; exec "$@"`, file, ...command];
}
