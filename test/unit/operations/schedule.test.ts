// When a backup is due, whatever the clock does, and the files for cron and systemd.
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { cronFiles, isDue, lastDue, type ScheduleWanted, systemdFiles } from "../../../src/operations/backup/schedule.ts";
import { packageFiles } from "../../../src/platform/package.ts";

const runFile = promisify(execFile);
const at = "02:00";
const moment = (text: string) => new Date(`2026-11-${text}Z`);

describe("a backup that is wanted at 02:00", () => {
  test.each([
    ["none was ever taken", undefined, undefined, true],
    ["the newest is of yesterday", moment("24T02:00:05"), undefined, true],
    ["the newest is of today", moment("25T02:00:05"), undefined, false],
    ["three days were missed", moment("21T02:00:05"), undefined, true],
    ["one was tried a minute ago", moment("24T02:00:05"), moment("25T09:59:00"), false],
    ["one was tried an hour ago", moment("24T02:00:05"), moment("25T09:00:00"), true],
    ["the newest is in the future", moment("29T02:00:05"), undefined, false],
    ["the last try is in the future, as after a clock that went back", moment("24T02:00:05"), moment("27T09:00:00"), true],
  ] as const)("at 10:00, when %s: %s", (_what, newestAt, lastAttemptAt, expected) => {
    expect(isDue({ now: moment("25T10:00:00"), at, newestAt, lastAttemptAt })).toBe(expected);
  });

  test("is due since yesterday before that time, and since today after it", () => {
    expect(lastDue({ now: moment("25T01:59:59"), at })).toEqual(moment("24T02:00:00"));
    expect(lastDue({ now: moment("25T02:00:00"), at })).toEqual(moment("25T02:00:00"));
  });

  test("is taken once a day, over a year of minutes with a clock that jumps an hour back and forth", () => {
    let newestAt: Date | undefined;
    const taken: string[] = [];
    for (let minute = 0; minute < 365 * 24 * 60; minute += 7) {
      const jump = minute % 4_001 < 7 ? -3_600_000 : minute % 5_003 < 7 ? 3_600_000 : 0;
      const now = new Date(Date.parse("2026-01-01T00:00:00Z") + minute * 60_000 + jump);
      if (!isDue({ now, at, newestAt })) continue;
      taken.push(now.toISOString().slice(0, 10));
      newestAt = now;
    }
    expect(taken.length).toBeGreaterThanOrEqual(365);
    expect(taken.length).toBeLessThanOrEqual(367);
  });
});

const wanted: ScheduleWanted = {
  what: "the house at /srv/tasks",
  at: "02:05",
  program: packageFiles.program,
  where: ["--house", "/srv/tasks"],
  retention: { days: 7, weekly: 4 },
  user: "root",
  environment: { ROWHOUSE_TARGET_PASSWORD_FILE: "/root/password", ROWHOUSE_SIGNAL_FILE: undefined },
};

describe("the files", () => {
  test("for systemd pass its own check, and a run that was missed is caught up with", async () => {
    const directory = await mkdtemp("/tmp/rowhouse-test-");
    const files = await systemdFiles(wanted);
    for (const { path, text } of files) await writeFile(join(directory, basename(path)), text);
    const units = files.map(({ path }) => join(directory, basename(path)));
    const { stdout, stderr } = await runFile("systemd-analyze", ["verify", ...units]).finally(() => rm(directory, { recursive: true }));
    expect(stdout + stderr).toBe("");
    const [service, timer] = files.map(({ text }) => text);
    expect(timer).toContain("OnCalendar=*-*-* 02:05:00\nPersistent=true");
    expect(service).toContain(`ExecStart=${packageFiles.program} backup take --house /srv/tasks\n`);
    expect(service).toContain("ExecStartPost=");
  });

  test("for cron are one line with a user, and old backups go only when the new one is proved", async () => {
    const [file] = await cronFiles(wanted);
    const program = packageFiles.program;
    expect(file?.text.split("\n").at(-2)).toBe(
      `5 2 * * * root ${program} backup take --house /srv/tasks && ${program} backup prune --house /srv/tasks --keep-days 7 --keep-weekly 4`,
    );
  });

  test("prove again what is due, after everything else, and say how old and how much", async () => {
    const again = { ...wanted, again: { every: "30d", percent: 20 } };
    const prove = `${packageFiles.program} backup prove --due --every 30d --sample 20 --house /srv/tasks`;
    expect((await cronFiles(again))[0]?.text.trimEnd().endsWith(` --keep-weekly 4 && ${prove}`)).toBe(true);
    expect((await systemdFiles(again))[0]?.text).toContain(`--keep-weekly 4\nExecStartPost=${prove}\nNice=10`);
  });

  test.each(["/srv/a b", "/srv/$(touch x)", "/srv/100%", '/srv/"x"', "/srv/x;y", "/srv/x\ny"])(
    "refuse a path that either would read otherwise: %j",
    async (path) => {
      const strange = { ...wanted, where: ["--house", path], what: "x" };
      await expect(cronFiles(strange)).rejects.toMatchObject({ code: "RH-USE-001" });
      await expect(systemdFiles(strange)).rejects.toMatchObject({ code: "RH-USE-001" });
    },
  );
});
