// The application's log: one JSON object a line, with its time, the instance and, where there is one, the request's id. Every
// value goes through JSON.stringify, so that none can end its line or begin another (SEC-23). Levels below "info" are not told.
import type { FastifyBaseLogger } from "fastify";
import type { Clock } from "../../platform/clock.ts";

export interface LogTarget {
  write(line: string): void;
}

type Fields = Readonly<Record<string, unknown>>;
/** As Fastify calls it: fields and a message, either of them alone, or an error. */
type Told = Fields | string | Error;

export class Log implements FastifyBaseLogger {
  level = "info";
  readonly #clock: Clock;
  readonly #target: LogTarget;
  /** Fields of every line, as text. */
  readonly #always: string;

  constructor(parts: { readonly clock: Clock; readonly target: LogTarget; readonly always: string }) {
    this.#clock = parts.clock;
    this.#target = parts.target;
    this.#always = parts.always;
  }

  child(fields: Fields): Log {
    return new Log({ clock: this.#clock, target: this.#target, always: this.#always + textOf(fields) });
  }

  info(told: Told, message?: string): void {
    this.#line("info", told, message);
  }
  warn(told: Told, message?: string): void {
    this.#line("warn", told, message);
  }
  error(told: Told, message?: string): void {
    this.#line("error", told, message);
  }
  fatal(told: Told, message?: string): void {
    this.#line("fatal", told, message);
  }
  debug(): void {
    // below the level
  }
  trace(): void {
    // below the level
  }
  silent(): void {
    // by its name
  }

  #line(level: string, told: Told, message: string | undefined): void {
    const head = `{"level":"${level}","time":"${this.#clock.now().toISOString()}"${this.#always}`;
    const isMessage = typeof told === "string";
    const fields = isMessage ? "" : textOf(told instanceof Error ? { err: told } : told);
    const text = isMessage ? told : (message ?? (told instanceof Error ? told.message : ""));
    this.#target.write(`${head}${fields},"msg":${JSON.stringify(text)}}\n`);
  }
}

export function logOf(parts: { readonly clock: Clock; readonly target: LogTarget; readonly instance: string }): Log {
  return new Log({ ...parts, always: textOf({ instance: parts.instance }) });
}

/** `,"name":value` for each field. */
function textOf(fields: Fields): string {
  const text = JSON.stringify(isPlain(fields) ? fields : Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, shown(value)])));
  return text === "{}" ? "" : `,${text.slice(1, -1)}`;
}

function isPlain(fields: Fields): boolean {
  for (const name in fields) if (typeof fields[name] === "object") return false;
  return true;
}

/** An error as its message and its stack; what the server hands over whole (requests, replies) is left out. */
function shown(value: unknown): unknown {
  if (value instanceof Error) return { message: value.message, stack: value.stack };
  const isData = typeof value !== "object" || value === null || Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype;
  return isData ? value : undefined;
}
