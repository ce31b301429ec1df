// rowhouse logs [tier]: the last lines of each log, or one request followed through all of them.
import { findHouseDirectory, readHouse } from "../operations/stack/house.ts";
import { lastLines, logFiles } from "../operations/stack/logs.ts";
import type { Invocation } from "./command.ts";
import { integerOption, textOption } from "./parse.ts";

export async function logs({ context, output, options, operands, directory }: Invocation): Promise<number> {
  const house = await readHouse(await findHouseDirectory(context, { house: textOption(options, "house") }, directory));
  const lines = integerOption(options, "lines", { from: 1, to: 100_000 }) ?? 50;
  const files = await logFiles(context, house, operands[0]);
  const found = await Promise.all(
    files.map(async (file) => ({ ...file, lines: await lastLines(file, { lines, text: textOption(options, "request") }) })),
  );
  output.envelope({ result: found });
  for (const file of found.filter((one) => one.lines.length > 0)) {
    output.line(`== ${file.tier}  ${file.path}`);
    for (const line of file.lines) output.line(line);
  }
  return 0;
}
