// Acceptance 1: 2,000 generated requests for every operation of the OpenAPI document, against the application as it listens on a
// port, give no failure and no answer outside the document, and every operation is answered 2xx at least once.
import { startApplication } from "../app/application.ts";
import { startDatabase } from "../app/support.ts";
import type { Document } from "../support/contract/document.ts";
import { play } from "../support/contract/play.ts";
import type { SceneOptions, SceneResult } from "../support/scenes/scene.ts";

const fullSize = 2_000;

export async function run({ engine, seed, size = fullSize, signal, print }: SceneOptions): Promise<SceneResult> {
  await using database = await startDatabase(engine);
  await using application = await startApplication(database, { poolLimit: 10, logTo: { write: () => undefined } });
  const { port } = new URL(await application.app.listen({ host: "127.0.0.1", port: 0 }));
  const document = (await application.ask("GET", "/api/openapi.json")).json<Document>();
  return { ...(await play({ document, port: Number(port), seed, size, signal, print })), perOperation: size };
}
