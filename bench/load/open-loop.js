// Requests at a fixed rate, whatever becomes of the ones before: each is measured from the moment it was due, so that a server
// that stalls is seen to (coordinated omission). HTTP/1.1 over keep-alive sockets, read just far enough to know an answer's end.
// Used by the benches and by the scenes of test/. Source: github.com/giltene/wrk2#basic-usage
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** The bytes of request `index`, and the class it is counted in. @typedef {(index: number) => { readonly bytes: string, readonly kind: string }} Request */

/**
 * `port` is of a proxy on loopback; more sockets than `socketLimit` are not opened, and a request that finds none is not sent.
 * @typedef {{
 *   readonly port: number,
 *   readonly perSecond: number,
 *   readonly seconds: number,
 *   readonly request: Request,
 *   readonly signal: AbortSignal,
 *   readonly socketLimit?: number,
 * }} Load
 */

/**
 * `status` is 0 when the connection failed or no answer came in ten seconds, `notSent` when no connection was free; `dueSeconds` is counted from the beginning of the load;
 * `ms` is counted from when it was due, and holds `lateMs`, by which this side sent it late.
 * @typedef {{ readonly kind: string, readonly status: number, readonly dueSeconds: number, readonly lateMs: number, readonly ms: number }} Answered
 */

/** @typedef {{ readonly socket: import("node:net").Socket, text: string, done: ((status: number) => void) | undefined, timer: NodeJS.Timeout | undefined }} Connection */

export const notSent = -1;

const answerWithinMs = 10_000;
const tickMs = 1;

/** @param {Load} load @returns {Promise<readonly Answered[]>} */
export async function openLoop({ port, perSecond, seconds, request, signal, socketLimit = 1_000 }) {
  /** @type {Answered[]} */
  const answered = [];
  const pool = socketsTo(port, socketLimit);
  const beganMs = performance.now();
  const total = Math.floor(perSecond * seconds);
  let sent = 0;
  while (sent < total && !signal.aborted) {
    const due = Math.min(total, 1 + Math.floor(((performance.now() - beganMs) / 1_000) * perSecond)); // the first one is due at once
    for (; sent < due; sent++) {
      const dueMs = beganMs + (sent * 1_000) / perSecond;
      const { bytes, kind } = request(sent);
      const [dueSeconds, lateMs] = [(dueMs - beganMs) / 1_000, performance.now() - dueMs];
      pool.send(bytes, (status) => answered.push({ kind, status, dueSeconds, lateMs, ms: performance.now() - dueMs }));
    }
    await sleep(tickMs);
  }
  const deadlineMs = performance.now() + answerWithinMs + 1_000;
  while (answered.length < sent && performance.now() < deadlineMs) await sleep(10);
  pool.close();
  return answered;
}

/**
 * As many requests as `inFlight` clients get answered, each sending the next when the last is answered: 2xx a second.
 * @param {{ readonly port: number, readonly seconds: number, readonly request: Request, readonly inFlight: number }} load
 */
export async function saturation({ port, seconds, request, inFlight }) {
  const pool = socketsTo(port, inFlight);
  const endMs = performance.now() + seconds * 1_000;
  let sent = 0;
  let good = 0;
  /** @returns {Promise<number>} */
  const one = () => new Promise((resolve) => pool.send(request(sent++).bytes, resolve));
  const client = async () => {
    while (performance.now() < endMs) {
      const status = await one();
      if (status >= 200 && status < 300) good++;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, client));
  pool.close();
  return good / seconds;
}

/** @param {number} port @param {number} limit */
function socketsTo(port, limit) {
  /** @type {Connection[]} */
  const idle = [];
  /** @type {Set<Connection>} */
  const all = new Set();
  const open = () => {
    const connection = openedTo(port, {
      answered: () => idle.push(connection),
      closed: () => {
        all.delete(connection);
        const place = idle.indexOf(connection);
        if (place >= 0) idle.splice(place, 1);
      },
    });
    all.add(connection);
    return connection;
  };
  return {
    /** @param {string} bytes @param {(status: number) => void} done */
    send: (bytes, done) => {
      const connection = idle.pop() ?? (all.size < limit ? open() : undefined);
      if (!connection) return done(notSent);
      connection.done = done;
      connection.timer = setTimeout(() => connection.socket.destroy(), answerWithinMs);
      connection.socket.write(bytes);
    },
    close: () => {
      for (const { socket } of all) socket.destroy();
    },
  };
}

/**
 * @param {number} port
 * @param {{ readonly answered: () => void, readonly closed: () => void }} told
 * @returns {Connection}
 */
function openedTo(port, { answered, closed }) {
  /** @type {Connection} */
  const connection = { socket: connect(port, "127.0.0.1"), text: "", done: undefined, timer: undefined };
  const { socket } = connection;
  socket.setNoDelay(true).setEncoding("latin1");
  socket.on("error", () => undefined);
  socket.on("close", () => {
    closed();
    settle(connection, 0);
  });
  socket.on("data", (chunk) => {
    connection.text += chunk;
    const { text } = connection;
    const status = wholeAnswer(text);
    if (status === undefined) return;
    const isLast = /\r\nconnection: close\r\n/i.test(text.slice(0, text.indexOf("\r\n\r\n") + 2));
    if (!isLast) {
      settle(connection, status);
      return answered();
    }
    closed();
    settle(connection, status);
    socket.destroy();
  });
  return connection;
}

/** @param {Connection} connection @param {number} status */
function settle(connection, status) {
  clearTimeout(connection.timer);
  const { done } = connection;
  connection.done = undefined;
  connection.text = "";
  done?.(status);
}

/** The status of an answer that is there to its end, undefined while more is to come. @param {string} text */
function wholeAnswer(text) {
  const head = text.indexOf("\r\n\r\n");
  if (head < 0) return undefined;
  const status = Number(text.slice(9, 12));
  if (/\r\ntransfer-encoding: chunked/i.test(text.slice(0, head))) return text.endsWith("\r\n0\r\n\r\n") ? status : undefined;
  const length = Number(/\r\ncontent-length: (\d+)/i.exec(text.slice(0, head))?.[1] ?? 0);
  return text.length - head - 4 >= length ? status : undefined;
}

/** The value below which `share` of the values lie; 0 of none. @param {readonly number[]} values @param {number} share */
export function percentile(values, share) {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
