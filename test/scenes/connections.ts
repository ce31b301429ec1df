// K1: 10,000 requests of every kind, errors included, leave the application's connections as they were: within the pool, given back,
// none of them in a transaction.
import { startApplication } from "../app/application.ts";
import { startDatabase } from "../app/support.ts";
import { play } from "../support/connections/play.ts";
import type { SceneOptions, SceneResult } from "../support/scenes/scene.ts";

const fullSize = 10_000;
const poolLimit = 10;

export async function run({ engine, seed, size = fullSize, signal, print }: SceneOptions): Promise<SceneResult> {
  await using database = await startDatabase(engine);
  await using application = await startApplication(database, { poolLimit, logTo: { write: () => undefined } });
  return { ...(await play({ database, application, poolLimit, seed, size, signal, print })) };
}
