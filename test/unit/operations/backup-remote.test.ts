// SEC-9 for stores on another machine: what an address and a name may be, before any program is run.
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { refuseAddress } from "../../../src/cli/backup/stores.ts";
import { isAddress, remoteStore } from "../../../src/operations/backup/remote.ts";
import { argument, listRemote, sftpArgv, word } from "../../../src/platform/sftp.ts";

let keys: string;
beforeAll(async () => {
  keys = await mkdtemp("/tmp/rowhouse-test-");
  await mkdir(join(keys, "sftp"));
  for (const name of ["key", "known_hosts"]) await writeFile(join(keys, "sftp", name), "x", { mode: 0o600 });
});
afterAll(() => rm(keys, { recursive: true }));

const storeAt = (address: string, more: Readonly<Record<string, string>> = {}) =>
  remoteStore({ environment: { ROWHOUSE_KEYS: keys, ...more } }, address);

describe("the address of a store on another machine", () => {
  test("has a user, a host, a port, 22 unless given, and a path", async () => {
    const known = { key: join(keys, "sftp/key"), knownHosts: join(keys, "sftp/known_hosts") };
    expect(await storeAt("sftp://backup@vault.example/srv/backups/default/")).toEqual({
      address: "sftp://backup@vault.example:22/srv/backups/default",
      ...{ user: "backup", host: "vault.example", port: 22, path: "/srv/backups/default" },
      ...known,
    });
    expect(await storeAt("sftp://b@[::1]:2022/x")).toMatchObject({ host: "[::1]", port: 2022, path: "/x" });
  });

  test.each([
    "sftp://-oProxyCommand=touch@h/x",
    "sftp://u@-oProxyCommand=touch/x",
    "sftp://u@h/-oProxyCommand=touch",
    "sftp://u@h/x/-r",
    "sftp://u@h/x\nrm -r y",
    "sftp://u@h\n/x",
    "sftp://u@h/$(touch canary)",
    "sftp://u@h/`touch canary`",
    "sftp://u@h/a;b",
    "sftp://u@h/a b",
    "sftp://u@h/*",
    'sftp://u@h/"x"',
    "sftp://u@h/../x",
    "sftp://u@h/a/./b",
    "sftp://u@h/",
    "sftp://u@h",
    "sftp://h/x",
    "sftp://u@h:0/x",
    "sftp://u@h:65536/x",
    "sftp://u@h:22:23/x",
    "sftp://u:canary@h/x",
    "sftp://u@h,v/x",
    "s3://bucket/x",
    "file:///x",
  ])("is refused as %j, and not shown: it may hold a password", async (address) => {
    expect(isAddress(address)).toBe(true);
    const refused = await storeAt(address).catch((thrown: unknown) => thrown);
    expect(refused).toMatchObject({ code: "RH-USE-001", message: "this is no address of a store" });
  });

  test("is refused while others can read the key, or nobody says which key the host has", async () => {
    const key = join(keys, "open");
    await writeFile(key, "x");
    await chmod(key, 0o640);
    await expect(storeAt("sftp://u@h/x", { ROWHOUSE_SFTP_KEY: key })).rejects.toMatchObject({ code: "RH-FILE-003" });
    await expect(storeAt("sftp://u@h/x", { ROWHOUSE_SFTP_KEY: join(keys, "none") })).rejects.toMatchObject({ code: "RH-FILE-001" });
    await expect(storeAt("sftp://u@h/x", { ROWHOUSE_SFTP_KNOWN_HOSTS: join(keys, "none") })).rejects.toMatchObject({ code: "RH-BACKUP-031" });
    await expect(storeAt("sftp://u@h/x", { ROWHOUSE_SFTP_KEY: `${dirname(key)}/a b` })).rejects.toMatchObject({ code: "RH-USE-001" });
  });
});

test("a listing is whole, however many files and directories there are", async () => {
  const program = join(keys, "sftp-of-ours");
  await mkdir(program);
  const stands = "-rw-------    ? 0        0              99 Nov 25 13:42";
  const script = [
    "#!/bin/bash",
    "while read -r word option path; do",
    `  echo "sftp> -ls -lan $path"; path=\${path//\\"/}`,
    `  echo "d${stands.slice(1)} $path/."; seq -f "${stands} $path/a-name-as-long-as-base-copies-have-%.0f" 1 40`,
    `  case $path in */large) seq -f "${stands} $path/%.0f" 1 60000;; esac`,
    "done",
  ];
  await writeFile(join(program, "sftp"), `${script.join("\n")}\n`, { mode: 0o755 });
  const place = await storeAt("sftp://u@h/x");
  const names = [...Array.from({ length: 210 }, (_, index) => `/x/${index}`), "/x/large"];
  const listed = await listRemote({ environment: { PATH: `${program}:${process.env["PATH"]}` } }, place, {
    directories: names,
    signal: new AbortController().signal,
  });
  expect([listed.size, listed.get("/x/209")?.length, listed.get("/x/large")?.length]).toEqual([211, 40, 60_040]);
});

test("is refused by what works on a directory", () => {
  expect(() => refuseAddress("sftp://u@h/x")).toThrow(/this works on a directory/);
  expect(() => refuseAddress("/var/backups")).not.toThrow();
});

test.each(["/a", "dump/data/t-001.tsv.gz", "_x", "a@b"])("a name of plain characters is one word: %s", (name) => {
  expect(word(name)).toBe(name);
});

test.each(["-r", "a b", "a\nb", "a*", "a?", "[a]", '"a"', "a\\b", "$x", "~", "#a", "!sh", "ü", ""])(
  "a name that sftp would read otherwise is refused: %j",
  (name) => {
    expect(() => word(name)).toThrow(/cannot stand in a command of sftp/);
  },
);

test.each([
  ["/a/t#P#p0.ibd", '"/a/t#P#p0.ibd"'],
  ["#x", '"#x"'],
  ["dump/words", '"dump/words"'],
])("a path in a command is one name in quotes: %s", (path, quoted) => {
  expect(argument(path)).toBe(quoted);
});

test.each(["-r", "a b", 'a"b', "a#\n", "a#b*", "a\\#", ""])("another one is refused there too: %j", (path) => {
  expect(() => argument(path)).toThrow(/cannot stand in a command of sftp/);
});

test("the client gets no password, no agent, nobody's settings, and the host's key beforehand", async () => {
  const argv = await sftpArgv({ environment: {} }, await storeAt("sftp://u@h:2022/x"));
  expect(argv[0]).toMatch(/^\/.*\/sftp$/);
  expect(argv.slice(-2)).toEqual(["--", "u@h"]);
  const text = argv.join(" ");
  for (const one of ["-F /dev/null", "BatchMode=yes", "StrictHostKeyChecking=yes", "GlobalKnownHostsFile=/dev/null", "IdentityAgent=none"])
    expect(text).toContain(one);
  expect(text).toContain("ProxyCommand=none");
});
