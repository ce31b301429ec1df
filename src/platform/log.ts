// The tool's own log: one JSON object a line, so that a line break or an escape sequence in a value stays inside its string.
import type { Clock } from "./clock.ts";

export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

export interface Log {
  info(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

/** A log that hands each finished line to `write`. */
export function lineLog(clock: Clock, write: (line: string) => void): Log {
  const line = (level: string, message: string, fields?: LogFields) =>
    write(`${JSON.stringify({ time: clock.now().toISOString(), level, message, ...fields })}\n`);
  return { info: (message, fields) => line("info", message, fields), error: (message, fields) => line("error", message, fields) };
}

export const silentLog: Log = { info: () => undefined, error: () => undefined };
