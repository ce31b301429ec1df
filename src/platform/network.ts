// Ports: who listens where, and whether a port is free. Sources: proc(5) net/tcp, net/tcp6.
import { readFile } from "node:fs/promises";
import { createServer } from "node:net";
import { commandOf, pidsHolding } from "./identity.ts";

/** True when `host:port` can be bound now. */
export async function isPortFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** The first free port from `port` upwards, undefined when none of the next 200 is. */
export async function nextFreePort(host: string, port: number): Promise<number | undefined> {
  for (let candidate = port; candidate < port + 200 && candidate < 65_536; candidate++) {
    if (await isPortFree(host, candidate)) return candidate;
  }
  return undefined;
}

/** Pids of the processes that listen on this TCP port, whatever the address. */
export async function listenersOn(port: number): Promise<readonly number[]> {
  const inodes = [...(await listeningInodes("/proc/net/tcp", port)), ...(await listeningInodes("/proc/net/tcp6", port))];
  return inodes.length === 0 ? [] : pidsHolding(inodes);
}

/** Who has the port, as a person reads it: `pid 812 (nginx: master process …)`. */
export async function holderOf(port: number): Promise<string> {
  const [pid] = await listenersOn(port);
  return pid === undefined ? "a process of another user" : `pid ${pid} (${await commandOf(pid)})`;
}

async function listeningInodes(table: string, port: number): Promise<readonly string[]> {
  const listening = "0A";
  const wanted = port.toString(16).toUpperCase().padStart(4, "0");
  const lines = (await readFile(table, "utf8").catch(() => "")).split("\n").slice(1);
  return lines
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[3] === listening && fields[1]?.endsWith(`:${wanted}`))
    .map((fields) => fields[9] ?? "");
}
