// Dumps that try to do more than to make a database (SEC-12), as what stands in the middle of one that is good. Each would leave the
// canary, or a right that was not there, where it is run by an administrator or by a client that may run programs.
import type { EngineName } from "../../../src/engines/engines.ts";
import { hostileMariadb } from "./hostile-mariadb.ts";
import { hostilePostgres } from "./hostile-postgres.ts";

export const canary = "/tmp/rowhouse-foreign-canary";

export interface Hostile {
  readonly what: string;
  readonly body: string;
  /** False: what is harmless of it is restored, and the rest left out or run as the owner. */
  readonly isRefused: boolean;
}

const heads: Record<EngineName, readonly [string, string]> = {
  postgres: [
    "--\n-- PostgreSQL database dump\n--\n\nSET client_encoding = 'UTF8';\nCREATE TABLE public.t (id integer PRIMARY KEY, note text);\nCOPY public.t (id, note) FROM stdin;\n1\tone\n\\.\n",
    "\n--\n-- PostgreSQL database dump complete\n--\n\n",
  ],
  mariadb: [
    "-- MariaDB dump 10.19  Distrib 10.11.19-MariaDB, for debian-linux-gnu (x86_64)\n/*!40101 SET NAMES utf8mb4 */;\nCREATE TABLE `t` (id int primary key, note text);\nINSERT INTO `t` VALUES (1,'one');\n",
    "\n-- Dump completed on 2026-11-25 12:00:00\n",
  ],
};

const perEngine: Record<EngineName, readonly Hostile[]> = { postgres: hostilePostgres, mariadb: hostileMariadb };

/** With the whole script of each. */
export function hostileScripts(name: EngineName): readonly (Hostile & { readonly script: string })[] {
  const [head, end] = heads[name];
  return perEngine[name].map((one) => ({ ...one, script: `${head}${one.body.replaceAll("CANARY", canary)}${end}` }));
}

/** The same without anything in its middle. */
export function goodScript(name: EngineName): string {
  return heads[name].join("");
}
