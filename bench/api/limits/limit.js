// The limit: what the database does with the statements of a request when nobody speaks HTTP, on the house's own server, tables
// and role, over its socket. 16 sessions, prepared statements. It shares the cores with its client too.
import { pgbench } from "./pgbench.js";
import { sysbench } from "./sysbench.js";

const sessions = 16;

const programs = { postgres: pgbench, mariadb: sysbench };

/**
 * @param {{ readonly house: object, readonly range: { readonly first: number, readonly last: number }, readonly root: string, readonly signal: AbortSignal }} options
 * @returns {Promise<import("../cases.js").Contender>}
 */
export async function limitOf(options) {
  return programs[options.house.engine.name]({ ...options, sessions });
}
