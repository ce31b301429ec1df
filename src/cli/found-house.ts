// The house that a command is about, as it runs.
import { findHouseDirectory } from "../operations/stack/house.ts";
import { placesOf, refuseForeignRun } from "../operations/stack/places.ts";
import { type RecordedHouse, readRecordedHouse } from "../operations/stack/recorded.ts";
import type { Invocation } from "./command.ts";
import { textOption } from "./parse.ts";

export async function foundHouse({ context, options, directory }: Invocation): Promise<RecordedHouse> {
  const found = await readRecordedHouse(context, await findHouseDirectory(context, { house: textOption(options, "house") }, directory));
  await refuseForeignRun(placesOf(context, found.house.directory));
  return found;
}
