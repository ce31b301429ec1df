// Bytes to a port of this machine, and what comes back.
import { connect, type Socket } from "node:net";

/** Sends bytes as they are and returns what comes back until the other side closes, or for `waitMs`. */
export function sendRaw(port: number, text: string, waitMs = 2_000): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1");
    let answer = "";
    const done = () => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(waitMs, done);
    socket.on("data", (chunk) => {
      answer += chunk.toString("latin1");
    });
    socket.on("end", done);
    socket.on("error", (cause) => (answer === "" && !isHungUp(cause) ? reject(cause) : done()));
    socket.write(text, "latin1");
  });
}

/** The other side may close while we still write: a refusal too. */
function isHungUp(cause: Error): boolean {
  return "code" in cause && ["ECONNRESET", "EPIPE"].includes(String(cause.code));
}

/** Clients that send a request a byte at a time and never end it; closed when disposed. */
export async function slowClients(port: number, count: number, everyMs: number): Promise<Disposable & { readonly open: () => number }> {
  const text = `GET /api/tasks HTTP/1.1\r\nHost: localhost\r\nX-Slow: ${"a".repeat(100_000)}`;
  const sockets = new Set<Socket>();
  for (let index = 0; index < count; index++) {
    const socket = connect(port, "127.0.0.1");
    sockets.add(socket);
    socket.on("error", () => undefined).on("close", () => sockets.delete(socket));
  }
  let sent = 0;
  const timer = setInterval(() => {
    for (const socket of sockets) socket.write(text[sent] ?? "a");
    sent++;
  }, everyMs);
  return {
    open: () => sockets.size,
    [Symbol.dispose]: () => {
      clearInterval(timer);
      for (const socket of sockets) socket.destroy();
    },
  };
}
