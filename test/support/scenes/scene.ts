// What a scene of test/scenes/ gets and gives; scripts/scenes.js plays it once per engine and keeps the result.
import type { EngineName } from "../../../src/app/store/stores.ts";

export interface SceneOptions {
  readonly engine: EngineName;
  readonly seed: number;
  /** How many cases, rows or writes; the scene's own full count unless given. */
  readonly size: number | undefined;
  readonly minutes: number | undefined;
  readonly print: (line: string) => void;
  readonly signal: AbortSignal;
}

export interface SceneResult {
  /** Cases tried. */
  readonly N: number;
  /** What should not have been, each a sentence that lets it be repeated; empty when all is well. */
  readonly found: readonly string[];
  /** Further figures of the scene. */
  readonly [name: string]: unknown;
}
