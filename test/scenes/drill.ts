// X13: a house comes back from nothing but kit and store, its content equal, and the time that is printed is the time of the next run, too:
// within 20 %. A drill that is killed leaves nothing once the next one ran, and nothing anywhere that looks like a result.
import { spawn } from "node:child_process";
import { chmod, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { cpus } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { engines } from "../../src/engines/engines.ts";
import { Secret } from "../../src/foundation/secret.ts";
import type { DrillReport } from "../../src/operations/backup/drill.ts";
import type { TakenBackup } from "../../src/operations/backup/take.ts";
import { readHouse } from "../../src/operations/stack/house.ts";
import { systemClock, waitFor } from "../../src/platform/clock.ts";
import { addRows } from "../app/transfer/rows.ts";
import { emptyHouse, rowhouse, type TestHouse } from "../support/houses.ts";
import type { SceneOptions, SceneResult } from "../support/scenes/scene.ts";

const runs = 5;
const mostDifference = 0.2;
const program = fileURLToPath(new URL("../../bin/rowhouse", import.meta.url));

export async function run({ engine, size = 200_000, print }: SceneOptions): Promise<SceneResult> {
  const found: string[] = [];
  const root = await mkdtemp("/var/tmp/rowhouse-test-");
  await chmod(root, 0o755);
  const [kit, store] = [join(root, "kit.txt"), join(root, "store")];
  const env = { ROWHOUSE_KEYS: join(root, "keys") };
  try {
    const backup = await backedUp(await emptyHouse({ engine, env }), { size, kit, store });
    print(`${backup.rows} rows, ${backup.bytes} bytes, ${backup.state}`);
    const none = { ROWHOUSE_KEYS: join(root, "no-keys"), ROWHOUSE_PREPARED: "1" };
    found.push(...(await killed({ kit, store, directory: backup.directory, env: none })));
    const times: number[] = [];
    for (let one = 0; one < runs; one++) {
      await waitFor(systemClock, { withinMs: 120_000, everyMs: 100 }, async () => ((await idleShare()) > 0.7 ? true : undefined));
      const ran = await rowhouse(["backup", "drill", "--kit", kit, "--store", store, "--json"], none);
      const report = ran.json.result as DrillReport | undefined;
      if (ran.exitCode !== 0 || report?.state !== "RECOVERED") found.push(`drill ${one + 1} ended with ${ran.exitCode}: ${ran.stderr}`);
      else times.push(report.recoveryMs);
      print(`drill ${one + 1}: ${report?.state} in ${report?.recoveryMs} ms, ${report?.restoreMs} ms of it restoring`);
    }
    const left = (await readdir("/var/tmp")).filter((name) => name.startsWith("rowhouse-drill-"));
    if (left.length > 0) found.push(`left behind: ${left.join(", ")}`);
    times.slice(1).forEach((next, index) => {
      const printed = times[index] ?? 0;
      if (Math.abs(next - printed) > printed * mostDifference) found.push(`${printed} ms were printed, the next run took ${next} ms`);
    });
    return { N: runs, found, rows: backup.rows, storedBytes: backup.bytes, recoveryMs: times };
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

/** Of all processors for a second: what others do meanwhile is not the recovery's time. */
async function idleShare(): Promise<number> {
  const idleOf = () => cpus().reduce((sum, { times }) => sum + times.idle, 0);
  const before = idleOf();
  await systemClock.sleep(1_000);
  return (idleOf() - before) / (cpus().length * 1_000);
}

/** A house with many tasks, backed up encrypted and proved; then it is no more. */
async function backedUp(
  house: TestHouse,
  { size, kit, store }: { readonly size: number; readonly kit: string; readonly store: string },
): Promise<TakenBackup> {
  try {
    await done(house.up("--demo"));
    await fill(house, size);
    await done(house.run("backup", "kit", "--to", kit, "--store", store));
    return (await done(house.run("backup", "take", "--store", store, "--json"))).json.result as TakenBackup;
  } finally {
    await house[Symbol.asyncDispose]();
  }
}

async function done(running: ReturnType<TestHouse["run"]>): ReturnType<TestHouse["run"]> {
  const ran = await running;
  if (ran.exitCode !== 0) throw new Error(`ended with ${ran.exitCode}: ${ran.stderr}${ran.stdout}`);
  return ran;
}

async function fill(house: TestHouse, rows: number): Promise<void> {
  const { config } = await readHouse(house.directory);
  const password = new Secret((await readFile(join(house.directory, ".rowhouse/secrets/owner"), "utf8")).trim());
  const engine = engines[house.engine as keyof typeof engines];
  const login = {
    applicationName: "scene",
    host: "127.0.0.1",
    port: config.ports.database,
    user: "rowhouse_owner",
    password,
    database: config.app.database,
  };
  await using session = await engine.driver.connect({ ...login, statementTimeoutMs: 600_000 });
  await addRows(session, engine.name as keyof typeof engines, { rows, projects: 50 });
}

interface Killing {
  readonly kit: string;
  readonly store: string;
  readonly directory: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Killed while the new server stands: nothing is recorded; what it left the next drill removes. */
async function killed({ kit, store, directory, env }: Killing): Promise<readonly string[]> {
  const child = spawn(process.execPath, [program, "backup", "drill", "--kit", kit, "--store", store], {
    env: { ...process.env, ...env },
    stdio: "ignore",
  });
  const own = `rowhouse-drill-${child.pid}-`;
  const stands = await waitFor(systemClock, { withinMs: 60_000, everyMs: 20 }, async () => {
    const name = (await readdir("/var/tmp")).find((one) => one.startsWith(own));
    const state = name && (await readFile(join("/var/tmp", name, ".rowhouse/state.json"), "utf8").catch(() => ""));
    return state?.includes('"database"') ? true : undefined;
  });
  child.kill("SIGKILL");
  await new Promise((resolve) => (child.exitCode === null && child.signalCode === null ? child.once("exit", resolve) : resolve(undefined)));
  const recorded = (await readdir(directory)).includes("drill.json");
  return [
    ...(stands ? [] : ["the drill that was to be killed did not start a server"]),
    ...(recorded ? ["a drill that was killed is recorded"] : []),
  ];
}
