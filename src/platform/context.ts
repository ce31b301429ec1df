// What the outside world is to an operation. Built once, in cli/main.ts; a function asks for the slice it needs.
import type { Clock } from "./clock.ts";
import type { Log } from "./log.ts";

export interface Context {
  readonly clock: Clock;
  readonly log: Log;
  /** The variables that steer the tool: ROWHOUSE_HOUSE, ROWHOUSE_INSTALL, XDG_*, HOME, PATH. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}
