// rowhouse status: exit 0 when every tier is up, 1 when one is not. How its backups stand is told and changes no exit code.
import { type Protection, protectionOf } from "../operations/backup/protection.ts";
import { type HouseStatus, houseStatus } from "../operations/stack/status.ts";
import { protectionLine } from "./backup/protection.ts";
import type { Invocation } from "./command.ts";
import { foundHouse } from "./found-house.ts";
import { columnGroups, type Output } from "./output.ts";

export async function status(invocation: Invocation): Promise<number> {
  const { context, output } = invocation;
  const recorded = await foundHouse(invocation);
  const [found, protection] = await Promise.all([houseStatus(context, recorded), protectionOf(context, recorded.house)]);
  output.envelope({ result: { ...found, backup: protection } });
  printStatus(output, found, { protection, now: context.clock.now().getTime() });
  return found.tiers.every(({ state }) => state === "up") ? 0 : 1;
}

export function printStatus(output: Output, found: HouseStatus, backups: { readonly protection: Protection; readonly now: number }): void {
  const { cells, colour, notes } = protectionLine(backups.protection, backups.now);
  const rows = [...found.tiers.map(({ tier, state, where, seen }) => [tier, state, where, seen]), cells];
  columnGroups(rows, output.width).forEach((lines, index) => {
    for (const line of lines) output.line(line, index === found.tiers.length ? colour : undefined);
  });
  for (const note of [...found.notes, ...notes]) output.advice(`! ${note}`);
  if (!found.isWanted) output.advice(`The house at ${found.house} is down: \`rowhouse up --house ${found.house}\``);
}
