// Help from the command table: the overview, and a page per command with its example.
import type { Command } from "./command.ts";
import { commands } from "./commands.ts";
import { columns, wrapped } from "./output.ts";
import { optionsOf } from "./parse.ts";

export function overview(width: number): readonly string[] {
  return [
    ...wrapped("rowhouse: a three-tier application on PostgreSQL or MariaDB, and the tool that runs its database.", width),
    "",
    ...columns(
      commands.map(({ name, about }) => [`  rowhouse ${name}`, about]),
      width,
    ),
    "",
    "Each command has --help, --json and --house DIR.",
  ];
}

/** The commands of one floor. */
export function floorHelp(floor: string, verbs: readonly Command[], width: number): readonly string[] {
  const rows = verbs.map(({ name, about }) => [`  rowhouse ${name}`, about]);
  return [
    `rowhouse ${floor}:`,
    "",
    ...columns(rows, width),
    "",
    ...wrapped(`\`rowhouse ${verbs[0]?.name} --help\` shows its options and an example.`, width),
  ];
}

export function helpOf(command: Command, width: number): readonly string[] {
  const options = optionsOf(command).map(({ name, value, about }) => [`  --${name}${value ? ` ${value}` : ""}`, about]);
  const title = `rowhouse ${[command.name, ...command.operands].join(" ")}: ${command.about}`;
  return [...wrapped(title, width), "", ...columns(options, width), "", `Example: ${command.example}`];
}
