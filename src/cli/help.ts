// Help from the command table: the overview, and a page per command with its example.
import type { Command } from "./command.ts";
import { commands } from "./commands.ts";
import { columns } from "./output.ts";
import { optionsOf } from "./parse.ts";

export function overview(): readonly string[] {
  return [
    "rowhouse: a three-tier application on PostgreSQL or MariaDB, and the tool that runs its database.",
    "",
    ...columns(commands.map(({ name, about }) => [`  rowhouse ${name}`, about])),
    "",
    "Each command has --help, --json and --house DIR.",
  ];
}

export function helpOf(command: Command): readonly string[] {
  const options = optionsOf(command).map(({ name, value, about }) => [`  --${name}${value ? ` ${value}` : ""}`, about]);
  return [`rowhouse ${[command.name, ...command.operands].join(" ")}: ${command.about}`, "", ...columns(options), "", `Example: ${command.example}`];
}
