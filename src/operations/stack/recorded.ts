// The house as it runs: what its file said when it was brought up. `down`, `status` and `logs` go by that, so that a typo in the
// file, or a change that has not been brought about yet, does not stand in their way.
import { isDeepStrictEqual } from "node:util";
import { Value } from "@sinclair/typebox/value";
import { isProblem } from "../../foundation/problem.ts";
import type { Context } from "../../platform/context.ts";
import { type House, type HouseConfig, houseFile, HouseSchema, readHouse } from "./house.ts";
import { placesOf } from "./places.ts";
import { readState } from "./state.ts";

export interface RecordedHouse {
  readonly house: House;
  /** In what its file and what was recorded differ. */
  readonly warnings: readonly string[];
}

/** Throws as `readHouse` does when nothing usable was recorded either. */
export async function readRecordedHouse(context: Context, directory: string): Promise<RecordedHouse> {
  const wanted = await readHouse(directory).catch((thrown: unknown) => {
    if (isProblem(thrown, "RH-HOUSE-001", "RH-HOUSE-002")) return thrown;
    throw thrown;
  });
  const { config, members } = await readState(placesOf(context, directory));
  const recorded = config !== undefined && Value.Check(HouseSchema, config) ? { directory, config } : undefined;
  if (wanted instanceof Error) {
    if (!recorded) throw wanted;
    return { house: recorded, warnings: [`${wanted.message}: this goes by what was recorded when the house was brought up`] };
  }
  const isRunning = Object.keys(members).length > 0;
  if (!recorded || !isRunning || isDeepStrictEqual(recorded.config, plain(wanted.config))) return { house: wanted, warnings: [] };
  return {
    house: recorded,
    warnings: [`${houseFile(directory)} was changed since the house was brought up: \`rowhouse down\`, then \`rowhouse up\` bring that about`],
  };
}

/** As it is recorded: the parser's objects are none of JavaScript's own. */
function plain(config: HouseConfig): HouseConfig {
  return JSON.parse(JSON.stringify(config)) as HouseConfig;
}
