// One JSON value of a file, with what body.ts refuses of every JSON that comes in.
import { isProblem } from "../../foundation/problem.ts";
import { parseJson } from "../api/body.ts";
import type { Fault } from "./records.ts";

export function parsed(text: string, line: number): { readonly value: unknown } | Fault {
  try {
    return { value: parseJson(text) };
  } catch (thrown) {
    if (!isProblem(thrown, "RH-API-001")) throw thrown;
    const { message, field } = thrown;
    return field === undefined ? { line, reason: message } : { line, reason: message, field };
  }
}
