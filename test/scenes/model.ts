// Acceptance 2: 1,000 runs of random operations, up to 40 each, are answered as a model in memory answers them, and leave the rows
// that it has.
import { startApplication } from "../app/application.ts";
import { startDatabase } from "../app/support.ts";
import { play } from "../support/model/play.ts";
import type { SceneOptions, SceneResult } from "../support/scenes/scene.ts";

const fullSize = 1_000;

export async function run({ engine, seed, size = fullSize, signal, print }: SceneOptions): Promise<SceneResult> {
  await using database = await startDatabase(engine);
  await using application = await startApplication(database, { logTo: { write: () => undefined } });
  return { ...(await play({ database, real: application, seed, size, signal, print })) };
}
