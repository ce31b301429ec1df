// The one place that names both engines.
import { Problem } from "../foundation/problem.ts";
import type { Engine } from "./engine.ts";
import { mariadb } from "./mariadb/engine.ts";
import { postgres } from "./postgres/engine.ts";

export const engines = { postgres, mariadb } as const satisfies Record<string, Engine>;

export type EngineName = keyof typeof engines;

export const engineNames = Object.keys(engines) as readonly EngineName[];

/** The engine of that name. Throws RH-USE-001. */
export function engineNamed(name: string): Engine {
  const engine = engineNames.find((known) => known === name);
  if (!engine) throw new Problem("RH-USE-001", `no engine is called "${name}"`, { hint: `Give one of: ${engineNames.join(", ")}.` });
  return engines[engine];
}
