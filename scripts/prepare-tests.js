// The programs that only tests use, from Debian's packages: both engines, nginx, a browser, a system call tracer, what opens a
// backup without us, and a second place. Installs what is missing as root; as an ordinary user says what is missing.
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";

/** Package, and a file that tells whether it is there. */
const needed = [
  ["postgresql-15", "/usr/lib/postgresql/15/bin/postgres"],
  ["mariadb-server-core", "/usr/sbin/mariadbd"],
  ["mariadb-client", "/usr/bin/mariadb"],
  ["mariadb-backup", "/usr/bin/mariadb-backup"],
  ["nginx", "/usr/sbin/nginx"],
  ["chromium", "/usr/bin/chromium"],
  ["strace", "/usr/bin/strace"],
  ["age", "/usr/bin/age"],
  ["minisign", "/usr/bin/minisign"],
  ["openssh-server", "/usr/sbin/sshd"],
  ["openssh-client", "/usr/bin/sftp"],
];

export async function prepareTests() {
  const missing = needed.filter(([, file]) => !existsSync(file)).map(([name]) => name);
  if (missing.length === 0) return;
  if (process.getuid() !== 0) {
    throw new Error(`these packages are missing: ${missing.join(" ")}; as root: apt-get install --no-install-recommends ${missing.join(" ")}`);
  }
  process.stderr.write(`installing ${missing.join(", ")} for the tests\n`);
  const { installPackages } = await import("../dist/operations/stack/install.js");
  const { systemClock } = await import("../dist/platform/clock.js");
  const { silentLog } = await import("../dist/platform/log.js");
  if (missing.includes("postgresql-15")) withoutCluster();
  const context = { clock: systemClock, log: silentLog, environment: process.env };
  await installPackages(context, missing, new AbortController().signal);
}

/** Debian's server package makes a cluster of its own and starts it at boot, unless it is told not to before it is unpacked. */
function withoutCluster() {
  execFileSync("/bin/sh", [
    "-c",
    "mkdir -p /etc/postgresql-common/createcluster.d && echo 'create_main_cluster = false' > /etc/postgresql-common/createcluster.d/rowhouse.conf",
  ]);
}
