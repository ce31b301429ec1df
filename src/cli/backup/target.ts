// The server that a command restores on: --target, else the house's. A password that nobody wrote down is asked for, once, where a
// terminal can be asked; so is the name of what is put aside.
import { createInterface } from "node:readline/promises";
import { isProblem } from "../../foundation/problem.ts";
import { type RestoreTarget, targetByUrl, targetOfHouse } from "../../operations/backup/restore-target.ts";
import type { Invocation } from "../command.ts";
import { foundHouse } from "../found-house.ts";
import { textOption } from "../parse.ts";
import { askSecret } from "../prompt.ts";

export async function restoreTarget(invocation: Invocation): Promise<RestoreTarget> {
  const url = textOption(invocation.options, "target");
  if (url !== undefined) return targetByUrl(invocation.context, url);
  return targetOfHouse(invocation.context, (await foundHouse(invocation)).house);
}

export async function withAskedPassword<T>(
  { output, signal }: Invocation,
  target: RestoreTarget,
  act: (target: RestoreTarget) => Promise<T>,
): Promise<T> {
  const { login } = target;
  try {
    return await act(target);
  } catch (thrown) {
    if (!isProblem(thrown, "RH-AUTH-001") || login.password || target.house || !process.stdin.isTTY || !output.isLive) throw thrown;
  }
  const password = await askSecret(`Password of ${login.user} on ${login.host}: `, signal);
  return act({ ...target, login: { ...login, password } });
}

/** What was given with --confirm, or typed on a terminal. */
export async function confirmation({ options, output }: Invocation, { name, question }: { readonly name: string; readonly question: string }) {
  const given = textOption(options, "confirm");
  if (given !== undefined || !process.stdin.isTTY || !output.isLive) return given;
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return (await terminal.question(`${question} Type ${name} to go on: `)).trim();
  } finally {
    terminal.close();
  }
}
