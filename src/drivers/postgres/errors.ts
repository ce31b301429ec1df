// PostgreSQL's failures as Problems. Source: postgresql.org/docs/current/errcodes-appendix.html
import { Problem } from "../../foundation/problem.ts";
import type { ProblemCode } from "../../foundation/problems.ts";

const bySqlState: Readonly<Record<string, ProblemCode>> = {
  "23505": "RH-DATA-001",
  "23503": "RH-DATA-002",
  "23001": "RH-DATA-002",
  "23514": "RH-DATA-003",
  "23502": "RH-DATA-004",
  "42804": "RH-DATA-005",
  "40P01": "RH-TX-001",
  "40001": "RH-TX-002",
  "55P03": "RH-TX-003",
  "57014": "RH-TIME-001",
  "25006": "RH-SRV-001",
  "53100": "RH-SRV-002",
  "53300": "RH-CONN-002",
  "3D000": "RH-SQL-002",
  "57P01": "RH-CONN-003",
  "57P02": "RH-CONN-003",
  "57P03": "RH-CONN-006",
  "57P05": "RH-CONN-003",
  "25P03": "RH-CONN-003",
  "28P01": "RH-AUTH-001",
  "28000": "RH-AUTH-002",
  "42501": "RH-AUTH-003",
  "42601": "RH-SQL-001",
  "42P01": "RH-SQL-002",
  "42703": "RH-SQL-002",
  "42704": "RH-SQL-002",
  "42883": "RH-SQL-002",
  "3F000": "RH-SQL-002",
  "42701": "RH-SQL-004",
  "42723": "RH-SQL-004",
  "42P04": "RH-SQL-004",
  "42P06": "RH-SQL-004",
  "42P07": "RH-SQL-004",
  "42710": "RH-SQL-004",
};

/** Codes that mean something else while the connection is being made. */
const whileConnecting: Readonly<Record<string, ProblemCode>> = { "3D000": "RH-CONN-005" };

const unreachable = new Set(["ECONNREFUSED", "ENOENT", "EHOSTUNREACH", "ENETUNREACH", "ETIMEDOUT", "ENOTFOUND", "EAI_AGAIN", "EACCES"]);

/** What a statement failed with, as a Problem; `where` names the server in the message. */
export function translate(thrown: unknown, where: string): unknown {
  if (thrown instanceof Problem || !(thrown instanceof Error)) return thrown;
  const code = codeOf(thrown);
  if (isLost(thrown)) return new Problem("RH-CONN-003", `the connection to ${where} was lost`, { cause: thrown });
  if (!/^[0-9A-Z]{5}$/.test(code)) return thrown;
  return new Problem(bySqlState[code] ?? byClass(code), `${thrown.message} (${code})`, { cause: thrown });
}

/** Why there is no connection, as a Problem. */
export function translateConnecting(thrown: unknown, where: string): unknown {
  if (thrown instanceof Problem || !(thrown instanceof Error)) return thrown;
  const code = codeOf(thrown);
  if (unreachable.has(code)) return unreachableProblem(where, code, thrown);
  if (/^timeout expired|due to connection timeout/.test(thrown.message)) return unreachableProblem(where, "no answer in time", thrown);
  if (isLost(thrown)) return unreachableProblem(where, "it hung up", thrown);
  if (/^SASL:/.test(thrown.message)) return new Problem("RH-AUTH-001", `${where} asks for a password: ${thrown.message}`, { cause: thrown });
  const special = whileConnecting[code];
  return special ? new Problem(special, `${thrown.message} (${code})`, { cause: thrown }) : translate(thrown, where);
}

function codeOf(thrown: Error): string {
  return "code" in thrown ? String(thrown.code) : "";
}

function isLost(thrown: Error): boolean {
  return ["ECONNRESET", "EPIPE"].includes(codeOf(thrown)) || /^Connection terminated|^Client has encountered|^Client was closed/.test(thrown.message);
}

function byClass(sqlState: string): ProblemCode {
  if (sqlState.startsWith("08")) return "RH-CONN-003";
  if (sqlState.startsWith("22")) return "RH-DATA-005";
  if (sqlState.startsWith("53")) return "RH-SRV-002";
  return "RH-SQL-003";
}

function unreachableProblem(where: string, seen: string, cause: Error): Problem {
  return new Problem("RH-CONN-001", `cannot reach PostgreSQL on ${where}: ${seen}`, { cause, hint: "Is it running? `rowhouse status` tells." });
}
