// The recovery kit: one file that is asked for until it was read back, that is known when it was cut, and that another machine goes
// on with. The command itself, in a directory of its own, without a server.
import { execFileSync } from "node:child_process";
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { kit } from "../../../src/cli/backup/kit.ts";
import { output } from "../../../src/cli/output.ts";
import { isProblem } from "../../../src/foundation/problem.ts";
import { kitNotes, readKit } from "../../../src/operations/backup/kit.ts";
import { ownKeyring, recipientInUse, recipientOf } from "../../../src/operations/backup/keys.ts";
import { houseFile, houseText } from "../../../src/operations/stack/house.ts";
import { testContext } from "../../support/servers.ts";

let root: string;
let house: string;
beforeEach(async () => {
  root = await mkdtemp("/tmp/rowhouse-test-");
  house = join(root, "house");
  await mkdir(house);
  const ports = { proxy: 8080, database: 5432 };
  const app = { instances: 2, database: "taskdb", role: "taskapp" };
  await writeFile(houseFile(house), houseText({ engine: "postgres", major: "15", locale: "C.UTF-8", ports, app }));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const machine = (name = "keys") => ({ ...testContext, environment: { ...process.env, ROWHOUSE_KEYS: join(root, name) } });

/** Runs the command on a machine; a refusal is its code. */
async function run(options: Readonly<Record<string, string | true>>, context = machine()): Promise<string> {
  const lines: string[] = [];
  const stream = { write: (text: string) => lines.push(text) };
  const printer = output({ out: stream, err: stream, isPlain: true }, { isJson: false, typing: { program: "rowhouse" } });
  const signal = new AbortController().signal;
  try {
    await kit({ context, output: printer, options: { house, store: join(root, "store"), ...options }, operands: [], directory: root, signal });
    return lines.join("");
  } catch (thrown) {
    if (isProblem(thrown)) return `${thrown.code} ${thrown.message}`;
    throw thrown;
  }
}
const file = () => join(root, "kit.txt");

describe("a recovery kit", () => {
  test("switches encryption on, and is asked for until it was read back", async () => {
    expect(await recipientInUse(machine())).toBeUndefined();
    expect(await kitNotes(machine(), { house })).toEqual([expect.stringContaining("not encrypted, and there is no recovery kit")]);
    expect(await run({ to: "kit.txt" })).toContain("Put it away");
    expect(await recipientInUse(machine())).toMatch(/^age1/);
    expect(await kitNotes(machine(), { house })).toEqual([expect.stringContaining("was not read back yet: `rowhouse backup kit --check FILE`")]);
    expect(await run({ check: "kit.txt" })).toContain("is whole and holds the keys that are in use");
    expect((await kitNotes(machine(), { house })).join()).not.toContain("read back yet");
  });

  test("is one text for its owner alone, which `age -i` reads, with what the house is", async () => {
    await run({ to: "kit.txt" });
    expect((await stat(file())).mode & 0o777).toBe(0o600);
    for (const name of await readdir(join(root, "keys"))) expect([name, (await stat(join(root, "keys", name))).mode & 0o777]).toEqual([name, 0o600]);
    const read = await readKit(file());
    expect(read).toMatchObject({ house, engines: ["postgres 15"], stores: [join(root, "store")] });
    expect(read.houseText).toBe(await readFile(houseFile(house), "utf8"));
    const sealed = execFileSync("age", ["-r", read.recipient], { input: "so it is" });
    expect(execFileSync("age", ["-d", "-i", file()], { input: sealed }).toString()).toBe("so it is");
    expect(await recipientOf(read.identity)).toBe(read.recipient);
    expect((await ownKeyring(machine())).signers[0]?.text).toBe(read.signer);
  });

  test("made a second time opens the same, and neither takes the place of a file", async () => {
    await run({ to: "kit.txt" });
    const { recipient } = await readKit(file());
    expect(await run({ to: "kit.txt" })).toMatch(/^RH-USE-001 .* is there already/);
    await run({ to: "second.txt" });
    expect((await readKit(join(root, "second.txt"))).recipient).toBe(recipient);
  });

  test.each(["house/kit.txt", "store/kit.txt", "keys/kit.txt"])("is refused where one fire would take both: %s", async (to) => {
    expect(await run({ to })).toMatch(/^RH-USE-001 .* who finds one would have the other/);
    expect(await recipientInUse(machine())).toBeUndefined();
  });

  test("with --dry-run writes nothing", async () => {
    expect(await run({ to: "kit.txt", "dry-run": true })).toContain("encryption is on from now on");
    expect(await readdir(root)).toEqual(["house"]);
  });

  test.each([
    ["cut", (text: string) => text.slice(0, -200), "its end is missing"],
    ["changed", (text: string) => text.replace("proxy = 8080", "proxy = 8081"), "it was changed since it was written"],
    ["another text", () => "a shopping list\n", "it does not begin as a recovery kit does"],
  ])("that is %s is not one: check, and use, say so", async (_how, edit, because) => {
    await run({ to: "kit.txt" });
    await writeFile(file(), edit(await readFile(file(), "utf8")));
    for (const act of ["check", "use"]) expect(await run({ [act]: "kit.txt" })).toMatch(new RegExp(`^RH-BACKUP-006 .*${because}`));
    expect((await kitNotes(machine(), { house })).join()).toContain("was not read back yet");
  });

  test("whose lines were ended otherwise on its way is the same", async () => {
    await run({ to: "kit.txt" });
    await writeFile(file(), (await readFile(file(), "utf8")).replaceAll("\n", "\r\n"));
    expect(await run({ check: "kit.txt" })).toContain("is whole");
  });

  test("with other keys than those in use does not count as read back", async () => {
    await run({ to: "kit.txt" });
    await run({ to: "other.txt" }, machine("others"));
    expect(await run({ check: "other.txt" })).toMatch(/^RH-BACKUP-006 .* holds other keys/);
    expect((await kitNotes(machine(), { house })).join()).toContain("was not read back yet");
  });

  test("of a house whose file was changed since is said to be old; one of another house is none for this", async () => {
    await run({ to: "kit.txt" });
    await run({ check: "kit.txt" });
    await writeFile(houseFile(house), (await readFile(houseFile(house), "utf8")).replace("instances = 2", "instances = 3"));
    expect((await kitNotes(machine(), { house })).join()).toContain("rowhouse.toml was changed since the recovery kit was made");
    expect((await kitNotes(machine(), { house: "/elsewhere" })).join()).toContain("there is no recovery kit for the house at /elsewhere");
  });

  test("is what another machine goes on with: as its own keys, or beside its own", async () => {
    await run({ to: "kit.txt" });
    const first = await ownKeyring(machine());
    expect(await run({ use: "kit.txt" }, machine("new"))).toContain("count here now");
    expect((await ownKeyring(machine("new"))).signers.map(({ text }) => text)).toEqual(first.signers.map(({ text }) => text));
    expect(await recipientInUse(machine("new"))).toBe(await recipientInUse(machine()));
    await run({ to: "third.txt" }, machine("third"));
    const inUse = await recipientInUse(machine("third"));
    for (let again = 0; again < 2; again++) await run({ use: "kit.txt" }, machine("third"));
    const third = await ownKeyring(machine("third"));
    expect([third.signers.length, third.identities.length, await recipientInUse(machine("third"))]).toEqual([2, 2, inUse]);
  });

  test("is not made of keys that others can read", async () => {
    await run({ to: "kit.txt" });
    for (const name of ["signing.pem", "identity.txt"]) {
      await chmod(join(root, "keys", name), 0o644);
      expect(await run({ to: `${name}.kit` })).toMatch(/^RH-FILE-003/);
      await chmod(join(root, "keys", name), 0o600);
    }
  });

  test("wants one thing at a time", async () => {
    expect(await run({})).toMatch(/^RH-USE-001/);
    expect(await run({ to: "a", check: "b" })).toMatch(/^RH-USE-001 --to and --check/);
  });
});
