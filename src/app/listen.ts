// Where the application listens: a port of the loopback, or a unix socket for the proxy's group (mode 0660).
import { chmod } from "node:fs/promises";
import { connect } from "node:net";
import type { FastifyInstance } from "fastify";
import { Problem } from "../foundation/problem.ts";
import { remove, statIfThere } from "../platform/files.ts";
import type { Place } from "./settings.ts";

const socketPathLimitBytes = 107; // the kernel's, unix(7)

/** Throws RH-NET-001 when somebody listens there already. */
export async function listen(app: FastifyInstance, place: Place): Promise<void> {
  if ("socket" in place) return listenOnSocket(app, place.socket);
  await app.listen(place).catch((cause: unknown) => {
    const isTaken = cause instanceof Error && "code" in cause && cause.code === "EADDRINUSE";
    if (isTaken) throw new Problem("RH-NET-001", `port ${place.port} of ${place.host} is taken`, { cause, hint: "Choose another PORT." });
    throw cause;
  });
}

async function listenOnSocket(app: FastifyInstance, path: string): Promise<void> {
  const bytes = Buffer.byteLength(path);
  if (bytes > socketPathLimitBytes) throw new Problem("RH-USE-001", `SOCKET has ${bytes} bytes, a socket's path may have ${socketPathLimitBytes}`);
  await removeStale(path);
  await app.listen({ path });
  await chmod(path, 0o660);
}

/** A socket that nobody answers on was left by a process that is gone. */
async function removeStale(path: string): Promise<void> {
  const found = await statIfThere(path);
  if (!found) return;
  if (!found.isSocket()) throw new Problem("RH-NET-001", `${path} is there and is not a socket`, { hint: "Choose another SOCKET." });
  if (await isAnswered(path)) throw new Problem("RH-NET-001", `another process listens on ${path}`, { hint: "Stop it, or choose another SOCKET." });
  await remove(path);
}

async function isAnswered(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ path });
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
