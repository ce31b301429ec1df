// Requests at a fixed rate, whatever becomes of the ones before: each is measured from the moment it was due, so that a server
// that stalls is seen to (coordinated omission). HTTP/1.1 over keep-alive sockets, read just far enough to know an answer's end.
// Source: github.com/giltene/wrk2#basic-usage
import { connect, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

export interface Load {
  /** Of a proxy on loopback. */
  readonly port: number;
  readonly perSecond: number;
  readonly seconds: number;
  /** The bytes of request `index`, and the class it is counted in. */
  readonly request: (index: number) => { readonly bytes: string; readonly kind: string };
  readonly signal: AbortSignal;
  /** More sockets than this are not opened; a request that finds none is lost. */
  readonly socketLimit?: number;
}

export interface Answered {
  readonly kind: string;
  /** 0 when the connection failed or no answer came in ten seconds. */
  readonly status: number;
  /** Seconds since the load began, at which it was due. */
  readonly dueSeconds: number;
  readonly ms: number;
}

const answerWithinMs = 10_000;
const tickMs = 2;

export async function openLoop(load: Load): Promise<readonly Answered[]> {
  const answered: Answered[] = [];
  const pool = socketsTo(load.port, load.socketLimit ?? 1_000);
  const beganMs = performance.now();
  const total = Math.floor(load.perSecond * load.seconds);
  let sent = 0;
  while (sent < total && !load.signal.aborted) {
    const due = Math.min(total, Math.floor(((performance.now() - beganMs) / 1_000) * load.perSecond));
    for (; sent < due; sent++) {
      const dueMs = beganMs + (sent * 1_000) / load.perSecond;
      const { bytes, kind } = load.request(sent);
      pool.send(bytes, (status) => answered.push({ kind, status, dueSeconds: (dueMs - beganMs) / 1_000, ms: performance.now() - dueMs }));
    }
    await sleep(tickMs);
  }
  const deadlineMs = performance.now() + answerWithinMs + 1_000;
  while (answered.length < sent && performance.now() < deadlineMs) await sleep(10);
  pool.close();
  return answered;
}

/** As many requests as `inFlight` clients get answered, each sending the next when the last is answered: 2xx a second. */
export async function saturation(load: Pick<Load, "port" | "seconds" | "request"> & { readonly inFlight: number }): Promise<number> {
  const pool = socketsTo(load.port, load.inFlight);
  const endMs = performance.now() + load.seconds * 1_000;
  let sent = 0;
  let good = 0;
  const one = () => new Promise<number>((resolve) => pool.send(load.request(sent++).bytes, resolve));
  const client = async () => {
    while (performance.now() < endMs) {
      const status = await one();
      if (status >= 200 && status < 300) good++;
    }
  };
  await Promise.all(Array.from({ length: load.inFlight }, client));
  pool.close();
  return good / load.seconds;
}

interface Connection {
  readonly socket: Socket;
  text: string;
  done: ((status: number) => void) | undefined;
  timer: NodeJS.Timeout | undefined;
}

function socketsTo(port: number, limit: number) {
  const idle: Connection[] = [];
  const all = new Set<Connection>();
  const settle = (connection: Connection, status: number) => {
    clearTimeout(connection.timer);
    const { done } = connection;
    connection.done = undefined;
    connection.text = "";
    done?.(status);
  };
  const open = (): Connection => {
    const connection: Connection = { socket: connect(port, "127.0.0.1"), text: "", done: undefined, timer: undefined };
    all.add(connection);
    connection.socket.setNoDelay(true).setEncoding("latin1");
    connection.socket.on("error", () => undefined);
    connection.socket.on("close", () => {
      all.delete(connection);
      const place = idle.indexOf(connection);
      if (place >= 0) idle.splice(place, 1);
      settle(connection, 0);
    });
    connection.socket.on("data", (chunk: string) => {
      connection.text += chunk;
      const status = wholeAnswer(connection.text);
      if (status === undefined) return;
      settle(connection, status);
      idle.push(connection);
    });
    return connection;
  };
  return {
    send: (bytes: string, done: (status: number) => void) => {
      const connection = idle.pop() ?? (all.size < limit ? open() : undefined);
      if (!connection) return done(0);
      connection.done = done;
      connection.timer = setTimeout(() => connection.socket.destroy(), answerWithinMs);
      connection.socket.write(bytes);
    },
    close: () => {
      for (const { socket } of all) socket.destroy();
    },
  };
}

/** The status of an answer that is there to its end, undefined while more is to come. */
function wholeAnswer(text: string): number | undefined {
  const head = text.indexOf("\r\n\r\n");
  if (head < 0) return undefined;
  const status = Number(text.slice(9, 12));
  if (/\r\ntransfer-encoding: chunked/i.test(text.slice(0, head))) return text.endsWith("\r\n0\r\n\r\n") ? status : undefined;
  const length = Number(/\r\ncontent-length: (\d+)/i.exec(text.slice(0, head))?.[1] ?? 0);
  return text.length - head - 4 >= length ? status : undefined;
}

/** The value below which `share` of the values lie; 0 of none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
