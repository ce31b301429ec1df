// Each way of `backup restore` with each option: taken, or refused by its name; none is dropped.
import { describe, expect, test } from "vitest";
import { type RestoreMode, restoreMode, restoreModes } from "../../../src/cli/backup/restore-mode.ts";
import { commands } from "../../../src/cli/commands.ts";
import type { Option } from "../../../src/cli/command.ts";

const options = commands.find(({ name }) => name === "backup restore")?.options ?? [];
const given = ({ name, value, isList }: Option) => ({ [name]: isList ? ["x"] : value === undefined ? true : "x" });
const modes = Object.keys(restoreModes) as readonly RestoreMode[];
const selects = (mode: RestoreMode) => options.filter(({ name }) => name === mode && mode !== "database").map(given);

/** What each takes; everything else is refused. */
const takes: Record<RestoreMode, readonly string[]> = {
  file: ["into", "target"],
  all: ["keep-roles", "target", "store"],
  directory: ["store"],
  database: ["into", "over", "confirm", "end-sessions", "table", "target", "store", "database"],
};

describe.each(modes)("restoring by %s", (mode) => {
  const of = (option: Option) => restoreMode(Object.assign({}, ...selects(mode), given(option)));
  const others = options.filter(({ name }) => name !== mode || mode === "database");

  test.each(others.filter(({ name }) => takes[mode].includes(name)))("takes --$name", (option) => {
    expect(of(option)).toBe(mode);
  });

  test.each(others.filter(({ name }) => !takes[mode].includes(name) && (mode !== "database" || !modes.includes(name as RestoreMode))))(
    "refuses --$name",
    (option) => {
      expect(() => of(option)).toThrow(expect.objectContaining({ code: "RH-USE-001", message: expect.stringContaining(`--${option.name}`) }));
    },
  );
});
