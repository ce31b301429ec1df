// What people install: the tarball of `npm pack`, in an empty directory, without development dependencies, brings a house up.
import { execFile } from "node:child_process";
import { chmod, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { engineNames } from "../../src/engines/engines.ts";
import { freePort } from "../support/houses.ts";

const runFile = promisify(execFile);
const root = fileURLToPath(new URL("../..", import.meta.url));

describe("the packed tarball", () => {
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp("/tmp/rowhouse-pack-");
    await chmod(directory, 0o755); // the tiers' users pass through it
    const { stdout } = await runFile("npm", ["pack", "--silent", "--ignore-scripts", "--pack-destination", directory], { cwd: root });
    await writeFile(join(directory, "package.json"), '{ "private": true }\n');
    await runFile("npm", ["install", "--omit=dev", "--no-audit", "--no-fund", join(directory, stdout.trim())], { cwd: directory });
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  test("holds what runs and nothing of the workshop", async () => {
    const names = await readdir(join(directory, "node_modules/rowhouse"));
    expect(names).toEqual(expect.arrayContaining(["bin", "dist", "package.json", "README.md", "LICENSE"]));
    for (const workshop of ["src", "test", "web", "node_modules", "scripts"]) expect(names).not.toContain(workshop);
  });

  test.each(engineNames)("brings a house up on %s, and takes it down", async (engine) => {
    const command = join(directory, "node_modules/.bin/rowhouse");
    const house = join(directory, engine);
    const rowhouse = (...args: readonly string[]) => runFile(command, [...args, "--house", house], { cwd: directory, timeout: 180_000 });
    try {
      const { stdout } = await rowhouse("up", "--engine", engine, "--port", String(await freePort()), "--detach", "--json");
      const { url } = (JSON.parse(stdout) as { result: { url: string } }).result;
      const answer = await fetch(`${url}/api/tasks`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: '{"title": "from a tarball"}',
      });
      expect(answer.status).toBe(201);
      expect((await fetch(url)).headers.get("content-type")).toContain("text/html");
    } finally {
      await rowhouse("down");
    }
  });
});
