// rowhouse status: exit 0 when every tier is up, 1 when one is not.
import { type HouseStatus, houseStatus } from "../operations/stack/status.ts";
import type { Invocation } from "./command.ts";
import { foundHouse } from "./found-house.ts";
import { columns, type Output } from "./output.ts";

export async function status(invocation: Invocation): Promise<number> {
  const { context, output } = invocation;
  const found = await houseStatus(context, await foundHouse(invocation));
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
  for (const note of found.notes) output.advice(`! ${note}`);
  if (!found.isWanted) output.advice(`The house at ${found.house} is down: \`rowhouse up --house ${found.house}\``);
}
