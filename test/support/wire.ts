// The wire between a client and a server, made bad on purpose: a listener that says nothing, and a relay that can cut what
// passes or fall silent.
import { createConnection, createServer, type Server, type Socket } from "node:net";

/** A server that takes connections and never says a word. */
export async function blackHole(): Promise<{ readonly port: number } & AsyncDisposable> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => void sockets.add(socket.on("error", () => undefined)));
  const port = await listening(server);
  return { port, [Symbol.asyncDispose]: () => closed(server, sockets) };
}

export interface Relay extends AsyncDisposable {
  readonly port: number;
  /** Cuts both sides when a client sends `text`: before the server has got it, or as soon as it answers. */
  cutAt(text: string, when: "before" | "after"): void;
  /** From now on nothing passes, and nobody is told. */
  fallSilent(): void;
  /** Holds all that passes from when a client sends `text`, which is then, until `thaw`. */
  freezeAt(text: string): Promise<void>;
  thaw(): void;
}

/** A relay to `port` of this machine; after `bytes` from the server it falls silent by itself. */
export async function relayTo(port: number, limits: { readonly bytes?: number } = {}): Promise<Relay> {
  const sockets = new Set<Socket>();
  let trap: { readonly text: string; readonly when: "before" | "after" } | undefined;
  let isSilent = false;
  let isSprung = false;
  let passed = 0;
  let ice: { readonly text: string; readonly form: () => void; held?: () => void } | undefined;
  const freeze = (held: () => void) => {
    for (const socket of sockets) socket.pause();
    if (ice) ice.held = held;
    ice?.form();
  };
  const server = createServer((client) => {
    const upstream = createConnection({ host: "127.0.0.1", port });
    const cut = () => [client, upstream].map((socket) => socket.destroy());
    for (const socket of [client, upstream]) sockets.add(socket.on("error", cut).on("close", () => isSilent || cut()));
    client.on("data", (chunk) => {
      if (isSilent) return;
      if (trap && chunk.includes(trap.text)) {
        if (trap.when === "before") return void cut();
        isSprung = true;
      }
      if (ice && !ice.held && chunk.includes(ice.text)) return freeze(() => upstream.write(chunk));
      upstream.write(chunk);
    });
    upstream.on("data", (chunk) => {
      passed += chunk.length;
      if (isSilent || passed > (limits.bytes ?? Number.POSITIVE_INFINITY)) return;
      if (isSprung) return void cut();
      client.write(chunk);
    });
  });
  const own = await listening(server);
  return {
    port: own,
    cutAt: (text, when) => {
      trap = { text, when };
    },
    fallSilent: () => {
      isSilent = true;
    },
    freezeAt: (text) =>
      new Promise((resolve) => {
        ice = { text, form: resolve };
      }),
    thaw: () => {
      for (const socket of sockets) socket.resume();
      ice?.held?.();
    },
    [Symbol.asyncDispose]: () => closed(server, sockets),
  };
}

function listening(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      if (typeof address === "object" && address) resolve(address.port);
    });
  });
}

function closed(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  for (const socket of sockets) socket.destroy();
  return new Promise((resolve) => server.close(() => resolve()));
}
