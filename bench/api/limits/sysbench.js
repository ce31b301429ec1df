// The limit on MariaDB, by sysbench over the socket. The password travels in a 0600 file. Source: github.com/akopytov/sysbench
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { writeFileAtomic } from "../../../dist/platform/files.js";
import { run } from "../../../dist/platform/processes.js";
import { findProgram, versionOf } from "../../../dist/platform/tools.js";
import { context } from "../../support/scope.js";
import { posted } from "../cases.js";

const script = fileURLToPath(new URL("sysbench.lua", import.meta.url));

export async function sysbench({ house, range, root, sessions, signal }) {
  const { application } = house.logins;
  const program = await findProgram(context, "sysbench");
  const settings = join(root, "sysbench.conf");
  const login = { socket: application.host, user: application.user, db: application.database, password: application.password.reveal() };
  const lines = Object.entries(login).map(([name, value]) => `mysql-${name}=${value}\n`);
  await writeFileAtomic(settings, lines.join(""), { mode: 0o600 });
  const measure = async ({ name, seconds, seed }) => {
    const load = [`--threads=${sessions}`, `--time=${seconds}`, `--rand-seed=${seed}`, "--db-ps-mode=auto"];
    const texts = { title: posted.title, description: posted.description };
    const own = Object.entries({ case: name, first: range.first, last: range.last, ...texts }).map(([option, value]) => `--${option}=${value}`);
    const { stdout } = await run({
      argv: [program, `--config-file=${settings}`, ...load, script, ...own, "run"],
      timeoutMs: (seconds + 30) * 1_000,
      signal,
    });
    const rate = Number(/transactions:\s+\d+\s+\(([\d.]+) per sec/.exec(stdout)?.[1]);
    const errors = Number(/ignored errors:\s+(\d+)/.exec(stdout)?.[1] ?? 0);
    if (!(rate > 0)) throw new Error(`sysbench did not say its rate: ${stdout}`);
    return { rate, errors };
  };
  return { name: "limit", title: "sysbench", versions: { sysbench: await versionOf(program) }, measure };
}
