// The server that a backup is restored on: the house's own, as its administrator by socket, or one that a URL names.
import type { ConnectionOptions, Session } from "../../drivers/driver.ts";
import type { Engine } from "../../engines/engine.ts";
import { engineNamed } from "../../engines/engines.ts";
import type { ServerFiles } from "../../engines/target.ts";
import { Problem } from "../../foundation/problem.ts";
import { dayMs } from "../../foundation/units.ts";
import type { Context } from "../../platform/context.ts";
import { readSecret } from "../../platform/secrets.ts";
import { roleNames } from "../access/establish.ts";
import { databaseAddress, serverPlace } from "../stack/draft.ts";
import type { House } from "../stack/house.ts";
import { placesOf } from "../stack/places.ts";
import { parseDatabaseTarget } from "../stack/target.ts";

export interface RestoreTarget {
  readonly engine: Engine;
  /** The administrator's, in no database. */
  readonly login: ConnectionOptions;
  /** `127.0.0.1:5432`, or where the house is. */
  readonly where: string;
  /** Where the server reads files, when it is ours. */
  readonly files: ServerFiles | undefined;
  /** The house whose server it is. */
  readonly house: House | undefined;
  /** Roles of the house, whose sessions we may end because we know who comes back by itself. */
  readonly ownUsers: readonly string[];
}

/** Throws RH-USE-001 when the URL names a database: that is for `--into` to say. */
export async function targetByUrl(context: Context, url: string): Promise<RestoreTarget> {
  const { engine, host, port, user, database } = parseDatabaseTarget(url);
  if (database !== undefined) {
    throw new Problem("RH-USE-001", `the target's URL names the database ${database}`, {
      field: "target",
      hint: "Name the server alone; --into or --over says which database.",
    });
  }
  const named = context.environment["ROWHOUSE_TARGET_PASSWORD_FILE"];
  const password = named ? await readSecret(named) : await engine.server.findPassword(context, { host, port, user });
  const login = { host, port, user, applicationName: "rowhouse restore", ...(password ? { password } : {}) };
  return { engine, login, where: `${host}:${port}`, files: undefined, house: undefined, ownUsers: [] };
}

export async function targetOfHouse(context: Context, house: House): Promise<RestoreTarget> {
  const engine = engineNamed(house.config.engine);
  const draft = { context, engine, places: placesOf(context, house.directory), house };
  const { administrator } = await databaseAddress(draft);
  const files = house.config.target === undefined ? engine.backup.target.serverFiles(await serverPlace(draft)) : undefined;
  const login = { ...administrator, applicationName: "rowhouse restore" };
  return { engine, login, where: house.directory, files, house, ownUsers: [house.config.app.role, ...Object.values(roleNames)] };
}

/** The administrator's session in no database of anybody's, patient enough for what a restore asks. */
export async function administratorOn({ engine, login }: Pick<RestoreTarget, "engine" | "login">): Promise<Session> {
  const { homeDatabase } = engine.backup.target;
  return engine.driver.connect({ ...login, ...(homeDatabase === undefined ? {} : { database: homeDatabase }), statementTimeoutMs: dayMs });
}
