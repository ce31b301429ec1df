// rowhouse status: exit 0 when every tier is up, 1 when one is not.
import { type HouseStatus, houseStatus } from "../operations/stack/status.ts";
import { findHouseDirectory, readHouse } from "../operations/stack/house.ts";
import { placesOf, refuseForeignRun } from "../operations/stack/places.ts";
import type { Invocation } from "./command.ts";
import { columns, type Output } from "./output.ts";
import { textOption } from "./parse.ts";

export async function status({ context, output, options, directory }: Invocation): Promise<number> {
  const house = await readHouse(await findHouseDirectory(context, { house: textOption(options, "house") }, directory));
  await refuseForeignRun(placesOf(context, house.directory));
  const found = await houseStatus(context, house);
  output.envelope({ result: found });
  printStatus(output, found);
  return found.tiers.every(({ state }) => state === "up") ? 0 : 1;
}

export function printStatus(output: Output, found: HouseStatus): void {
  for (const line of columns(
    found.tiers.map(({ tier, state, where, seen }) => [tier, state, where, seen]),
    output.width,
  ))
    output.line(line);
  for (const note of found.notes) output.line(`! ${note}`);
  if (!found.isWanted) output.line(`The house at ${found.house} is down: rowhouse up --house ${found.house}`);
}
