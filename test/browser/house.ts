// One house per browser project, up while its suites run: the project's name ends with the engine's.
import type { TestProject } from "vitest/node";
import { standingHouse } from "../support/houses.ts";

declare module "vitest" {
  export interface ProvidedContext {
    boardUrl: string;
    engine: string;
  }
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const engine = project.name.split(" ").at(-1) ?? "";
  const house = await standingHouse({ engine });
  project.provide("engine", engine);
  project.provide("boardUrl", house.url);
  return async () => house[Symbol.asyncDispose]();
}
