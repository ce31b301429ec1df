// The peer: Flask with a pool under gunicorn (4 workers of 4 threads), behind an nginx of its own whose file is the house's
// file but for the address it listens on and the application it asks. The users are the house's, so rights and paths cost alike.
import { copyFile, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { waitFor } from "../../dist/platform/clock.js";
import { ensureDirectory, writeFileAtomic } from "../../dist/platform/files.js";
import { request } from "../../dist/platform/http.js";
import { run, start, stop } from "../../dist/platform/processes.js";
import { findProgram, versionOf } from "../../dist/platform/tools.js";
import { freePort } from "../support/house.js";
import { context, owners } from "../support/scope.js";
import { measureHttp } from "./http.js";

const source = fileURLToPath(new URL("../peers/flask-pooled.py", import.meta.url));
const workers = 4;
const threads = 4;

/** @returns {Promise<import("./cases.js").Contender & { readonly port: number }>} */
export async function flaskPeer({ house, range, root, signal, later }) {
  const users = await owners();
  const directory = join(root, `flask-${house.engine.name}`);
  await ensureDirectory(directory, { mode: 0o755 });
  const socket = join(directory, "app", "gunicorn.sock");
  const port = await freePort(19_100);
  await startGunicorn({ house, directory, socket, owner: users?.app, later });
  await startNginx({ house, directory, socket, port, owner: users?.web, later });
  const isUp = async () =>
    (await request({ port, method: "GET", path: `/api/tasks/${range.first}`, timeoutMs: 2_000 }).catch(() => undefined))?.status === 200;
  const up = await waitFor(context.clock, { withinMs: 30_000, everyMs: 100, signal }, async () => ((await isUp()) ? true : undefined));
  if (!up) throw new Error(`Flask does not answer: ${await lastLines(directory)}`);
  return {
    name: "flask",
    title: "Flask, pooled",
    port,
    versions: await versions(),
    measure: measureHttp({ url: `http://127.0.0.1:${port}`, range, signal }),
  };
}

async function startGunicorn({ house, directory, socket, owner, later }) {
  const { application } = house.logins;
  const place = join(directory, "app");
  await ensureDirectory(place, { mode: 0o755, ...(owner ? { owner } : {}) });
  await copyFile(source, join(place, "flask-pooled.py"));
  const passwordFile = join(place, "password");
  await writeFileAtomic(passwordFile, `${application.password.reveal()}\n`, { mode: 0o600, ...(owner ? { owner } : {}) });
  const processes = ["--worker-class", "gthread", "--workers", String(workers), "--threads", String(threads), "--keep-alive", "75"];
  await startServer(later, {
    argv: [await findProgram(context, "gunicorn"), "--bind", `unix:${socket}`, "--umask", "0", ...processes, "--chdir", place, "flask-pooled:app"],
    env: {
      DB_ENGINE: house.engine.name,
      DB_HOST: application.host,
      DB_PORT: String(application.port),
      DB_NAME: application.database,
      DB_USER: application.user,
      DB_PASS_FILE: passwordFile,
      POOL_LIMIT: String(threads),
      PYTHONDONTWRITEBYTECODE: "1",
    },
    cwd: place,
    logPath: join(directory, "gunicorn.log"),
    ...(owner ? { owner } : {}),
  });
}

async function startNginx({ house, directory, socket, port, owner, later }) {
  const place = join(directory, "web");
  await ensureDirectory(place, owner ? { owner } : {});
  await ensureDirectory(join(place, "run"), owner ? { owner } : {});
  const text = await readFile(join(house.places.web, "nginx.conf"), "utf8");
  const configuration = join(place, "nginx.conf");
  await writeFileAtomic(configuration, peerConfiguration(text, { socket, port }), { mode: 0o644, ...(owner ? { owner } : {}) });
  const argv = [await findProgram(context, "nginx"), "-e", "stderr", "-p", `${place}/`, "-c", configuration];
  await startServer(later, { argv, cwd: place, logPath: join(directory, "nginx.log"), ...(owner ? { owner } : {}) });
}

/** One server instead of the house's instances, in each group of them. @param {string} text the house's own file */
function peerConfiguration(text, { socket, port }) {
  const listening = text.replace(/^(\s*listen )\S+/m, `$1127.0.0.1:${port}`);
  const groups = /(?:^\s*server unix:\S+ [^;]*;\n)+/gm;
  if (listening === text || !groups.test(listening)) throw new Error("the house's nginx file has another form than this bench knows");
  return listening.replace(groups, (group) => `${group.split("\n")[0].replace(/unix:\S+/, `unix:${socket}`)}\n`);
}

async function lastLines(directory) {
  const logs = await Promise.all(["nginx.log", "gunicorn.log"].map((name) => readFile(join(directory, name), "utf8")));
  return logs.map((log) => log.slice(-1_000)).join("\n");
}

async function startServer(later, program) {
  const { identity } = await start(program);
  later(() => stop(identity, { ask: "SIGTERM", graceMs: 10_000, clock: context.clock }));
}

async function versions() {
  const ask = ["/usr/bin/python3", "-c", "import importlib.metadata as m; print(m.version('flask'), m.version('gunicorn'))"];
  const [flask, gunicorn] = (await run({ argv: ask, timeoutMs: 30_000 })).stdout.trim().split(" ");
  return { flask, gunicorn, python: await versionOf("/usr/bin/python3") };
}
