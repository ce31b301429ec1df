// sqlmap against every parameter that reaches a statement (SEC-8): level 3, all techniques, the engine told to it so that it tries
// what fits. It must find nothing; against a server that is open on purpose it must find something, else it proves nothing.
// Source: github.com/sqlmapproject/sqlmap/wiki/Usage; from Debian's package sqlmap.
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { EngineName } from "../../src/app/store/stores.ts";
import { sql } from "../../src/foundation/sql.ts";
import { runAnyway } from "../../src/platform/processes.ts";
import { type Database, startDatabase } from "../app/support.ts";
import { standingHouse } from "../support/houses.ts";
import { addTask } from "../support/tasks.ts";
import type { SceneOptions, SceneResult } from "../support/scenes/scene.ts";

const program = "/usr/bin/sqlmap";
const minute = 60_000;
/** What sqlmap calls the engine. */
const names: Readonly<Record<EngineName, string>> = { postgres: "PostgreSQL", mariadb: "MySQL" };

const filter = encodeURIComponent('{"title":{"contains":"one"},"or":[{"priority":{"gte":0}},{"assigned_to":"x"}]}');
/** A star marks where sqlmap puts its payloads. */
const targets: readonly { readonly path: string; readonly data?: string; readonly header?: string }[] = [
  { path: "/api/tasks?search=one*" },
  { path: "/api/tasks?sort=-priority*,id" },
  { path: "/api/tasks?status=pending*" },
  { path: "/api/tasks?project_id=1*" },
  { path: "/api/tasks?limit=5*&offset=0*" },
  { path: "/api/tasks?after=1*" },
  { path: `/api/tasks?filter=${filter.replace("one", "one*")}` },
  { path: `/api/tasks?filter=${filter.replace("%3A0", "%3A0*")}` },
  { path: "/api/tasks/1*" },
  { path: "/api/tasks/stats?group=status*" },
  { path: "/api/tasks/stats?group=status&having=%7B%22count%22%3A%7B%22gte%22%3A1*%7D%7D" },
  { path: "/api/tasks/export?format=csv&search=one*" },
  { path: "/api/events?after=1*" },
  { path: "/api/tasks", data: '{"title":"one*","assigned_to":"two*"}' },
  { path: "/api/tasks", data: '{"title":"keyed"}', header: "Idempotency-Key: one*" },
];

export async function run({ engine, print }: SceneOptions): Promise<SceneResult> {
  if (!existsSync(program)) throw new Error("sqlmap is missing; as root: apt-get install --no-install-recommends sqlmap");
  const output = await mkdtemp("/tmp/rowhouse-sqlmap-");
  try {
    const planted = await seesPlanted(engine, output);
    print(planted ? "sqlmap finds the hole that was made for it" : "sqlmap does not find the hole that was made for it");
    const found = [...(planted ? [] : ["sqlmap is blind here: the planted hole was not found"]), ...(await attackHouse(engine, output, print))];
    return { N: targets.length, found };
  } finally {
    await rm(output, { recursive: true, force: true });
  }
}

async function attackHouse(engine: EngineName, output: string, print: SceneOptions["print"]): Promise<readonly string[]> {
  await using house = await standingHouse({ engine });
  for (const title of ["one", "two", "three"]) await addTask(house, title);
  const found: string[] = [];
  for (const { path, data, header } of targets) {
    const more = [
      ...(data === undefined ? [] : ["--method", "POST", "--data", data, "-H", "Content-Type: application/json"]),
      ...(header === undefined ? [] : ["-H", header]),
    ];
    const verdict = await attack({ engine, url: `${house.url}${path}`, output, more });
    print(`${path.slice(0, 60)} ${data ?? ""} ${header ?? ""}: ${verdict.isOpen ? "OPEN" : verdict.said}`);
    if (verdict.isOpen || !verdict.isTried) found.push(`${path} ${data ?? ""}: ${verdict.said}`);
  }
  return found;
}

interface Attack {
  readonly engine: EngineName;
  readonly url: string;
  readonly output: string;
  readonly more: readonly string[];
}

async function attack({ engine, url, output, more }: Attack) {
  const how = ["--batch", "--flush-session", "--level", "3", "--risk", "2", "--time-sec", "2", "--timeout", "10", "--retries", "0", "--threads", "4"];
  const argv = [
    program,
    "-u",
    url,
    ...more,
    ...how,
    "--dbms",
    names[engine],
    "--ignore-code",
    "400,404",
    "--output-dir",
    output,
    "--disable-coloring",
  ];
  const { stdout } = await runAnyway({ argv, timeoutMs: 20 * minute, env: { HOME: output } });
  const isOpen = /sqlmap identified the following injection point|is vulnerable/i.test(stdout);
  const isTried = isOpen || /all tested parameters do not appear to be injectable/i.test(stdout);
  const said = stdout.split("\n").filter((line) => /CRITICAL|WARNING.*injectable|Payload:/.test(line));
  return {
    isOpen,
    isTried,
    said: (isTried ? (said.find((line) => /not appear/.test(line)) ?? said.at(-1)) : stdout.slice(-300))?.slice(0, 160) ?? "",
  };
}

/** A server that joins what it is sent into its statement: what must never be, so that the tool is seen to see it. */
async function seesPlanted(engine: EngineName, output: string): Promise<boolean> {
  await using database: Database = await startDatabase(engine);
  await using session = await database.admin();
  await session.run(sql`insert into tasks (title) values ('one'), ('two')`);
  const server = createServer((request, response) => {
    const id = new URL(request.url ?? "", "http://localhost").searchParams.get("id") ?? "";
    session.all(sql.script(`select title from tasks where id = ${id}`)).then(
      (rows) => response.end(JSON.stringify(rows)),
      () => response.end("[]"),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  try {
    return (await attack({ engine, url: `http://127.0.0.1:${port}/?id=1*`, output, more: [] })).isOpen;
  } finally {
    server.closeAllConnections();
    server.close();
  }
}
