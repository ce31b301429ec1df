// Whether a record is what the API would take: the schemas validate it, and moments have to be in the calendar.
import type { TSchema } from "@sinclair/typebox";
import type { FastifySchemaValidationError } from "fastify";
import { isProblem } from "../../foundation/problem.ts";
import { type ImportedProject, ImportedProjectSchema, type ImportedTask, ImportedTaskSchema } from "../api/contract/transfer.ts";
import { invalid } from "../api/invalid.ts";
import { storedMoment } from "../moments.ts";
import type { Fault, FileRecord } from "./records.ts";

export type Checked =
  | { readonly line: number; readonly bytes: number; readonly kind: "task"; readonly task: ImportedTask }
  | { readonly line: number; readonly bytes: number; readonly kind: "project"; readonly project: ImportedProject };

/** As the server validates every body. */
export type Validate = ((value: unknown) => unknown) & { readonly errors?: readonly FastifySchemaValidationError[] | null };

export type Check = (record: FileRecord) => Checked | Fault;

export function checkWith(validatorOf: (schema: TSchema) => Validate): Check {
  const isTask = validatorOf(ImportedTaskSchema);
  const isProject = validatorOf(ImportedProjectSchema);
  return ({ line, bytes, kind, value }) => {
    if (typeof value !== "object" || value === null || Array.isArray(value)) return { line, reason: `the ${kind} has to be an object` };
    try {
      if (kind === "task") return { line, bytes, kind, task: inUtc(taken<ImportedTask>(isTask, value)) };
      return { line, bytes, kind, project: inUtc(taken<ImportedProject>(isProject, value)) };
    } catch (thrown) {
      if (!isProblem(thrown, "RH-API-001")) throw thrown;
      const { message, field } = thrown;
      return field === undefined ? { line, reason: message } : { line, reason: message, field };
    }
  };
}

function taken<T>(validate: Validate, value: unknown): T {
  if (validate(value)) return value as T;
  throw invalid({ validation: [...(validate.errors ?? [])] });
}

const moments = ["due_date", "created_at", "updated_at", "completed_at"] as const;

function inUtc<T extends ImportedTask | ImportedProject>(record: T): T {
  const changed: Record<string, unknown> = { ...record };
  for (const name of moments) if (typeof changed[name] === "string") changed[name] = storedMoment(changed[name], name);
  return changed as T;
}
