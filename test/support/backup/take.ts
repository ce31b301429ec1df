// A backup taken through the operation itself, without the command line: for tests that want its parts.
import type { ConnectionOptions } from "../../../src/drivers/driver.ts";
import type { Engine } from "../../../src/engines/engine.ts";
import type { ScopeWish } from "../../../src/operations/backup/scope.ts";
import { type PlannedTake, planTake, type TakenBackup } from "../../../src/operations/backup/take.ts";
import type { Context } from "../../../src/platform/context.ts";
import { testContext } from "../servers.ts";

export interface TakeWish {
  readonly engine: Engine;
  readonly login: ConnectionOptions;
  /** Names the database. */
  readonly database: string;
  readonly store: string;
  /** Taken only, unless given. */
  readonly isProved?: boolean;
  /** The whole database, unless given. */
  readonly scope?: ScopeWish;
  readonly context?: Context;
}

export async function plannedTake({
  engine,
  login,
  database,
  store,
  isProved = false,
  scope,
  context = testContext,
}: TakeWish): Promise<PlannedTake> {
  const source = { engine, login: { ...login, database }, store };
  return planTake(context, { source, isProved, scope, onProgress: () => undefined });
}

export async function takeBackup(wish: TakeWish): Promise<TakenBackup> {
  const { take } = await plannedTake(wish);
  return (await take(new AbortController().signal, () => undefined)).backup;
}
