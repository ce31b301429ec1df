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
  const ice = iceOver(sockets);
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
      if (ice.holds(chunk, () => upstream.write(chunk))) return;
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
    freezeAt: ice.freezeAt,
    thaw: ice.thaw,
    [Symbol.asyncDispose]: () => closed(server, sockets),
  };
}

/** What passes is held, in both directions, from the chunk with a text on. */
function iceOver(sockets: ReadonlySet<Socket>) {
  let trap: { readonly text: string; readonly sprung: () => void } | undefined;
  let pass: (() => void) | undefined;
  return {
    freezeAt: (text: string) =>
      new Promise<void>((sprung) => {
        trap = { text, sprung };
      }),
    holds: (chunk: Buffer, later: () => void) => {
      if (!trap || pass || !chunk.includes(trap.text)) return false;
      for (const socket of sockets) socket.pause();
      pass = later;
      trap.sprung();
      return true;
    },
    thaw: () => {
      for (const socket of sockets) socket.resume();
      pass?.();
    },
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
