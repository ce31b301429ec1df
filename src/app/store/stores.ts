// The one place of the application that names both engines.
import type { Dialect } from "./dialect.ts";
import { mariadbDialect } from "./mariadb/dialect.ts";
import { postgresDialect } from "./postgres/dialect.ts";

export type EngineName = "postgres" | "mariadb";

export const dialects: Readonly<Record<EngineName, Dialect>> = { postgres: postgresDialect, mariadb: mariadbDialect };

export function isEngineName(name: string): name is EngineName {
  return Object.hasOwn(dialects, name);
}
