// The limit on PostgreSQL, by pgbench. The password travels in a 0600 file. Source: postgresql.org/docs/current/pgbench.html
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { writeFileAtomic } from "../../../dist/platform/files.js";
import { run } from "../../../dist/platform/processes.js";
import { versionOf } from "../../../dist/platform/tools.js";
import { posted } from "../cases.js";

/** What `pgbench-post.sql` writes. */
const texts = {
  request: "rowhouse-app 4ab18ab9ffef70d0d8172e6b4c4366bc",
  title: posted.title,
  description: posted.description,
  moment: '"\\""YYYY-MM-DD"T"HH24:MI:SS.US"Z\\""',
};

export async function pgbench({ house, range, root, sessions, signal }) {
  const { application } = house.logins;
  const [{ directory }] = await house.engine.server.installations({}, { embeddedRoot: "/nonexistent" });
  const program = join(directory, "pgbench");
  const passwordFile = join(root, "pgpass");
  await writeFileAtomic(passwordFile, `*:*:*:*:${application.password.reveal()}\n`, { mode: 0o600 });
  const login = ["-h", application.host, "-p", String(application.port), "-U", application.user];
  const variables = Object.entries({ first: range.first, last: range.last, ...texts }).flatMap(([name, value]) => ["-D", `${name}=${value}`]);
  const load = ["-n", "-M", "prepared", "-c", String(sessions), "-j", "2", ...variables];
  const measure = async ({ name, seconds, seed }) => {
    const script = fileURLToPath(new URL(`pgbench-${name}.sql`, import.meta.url));
    const argv = [program, ...login, ...load, "-T", String(seconds), `--random-seed=${seed}`, "-f", script, application.database];
    const { stdout } = await run({ argv, env: { PGPASSFILE: passwordFile }, timeoutMs: (seconds + 30) * 1_000, signal });
    const rate = Number(/^tps = ([\d.]+)/m.exec(stdout)?.[1]);
    const errors = Number(/number of failed transactions: (\d+)/.exec(stdout)?.[1] ?? 0);
    if (!(rate > 0)) throw new Error(`pgbench did not say its rate: ${stdout}`);
    return { rate, errors };
  };
  return { name: "limit", title: "pgbench", versions: { pgbench: await versionOf(program) }, measure };
}
