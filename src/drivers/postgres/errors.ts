// PostgreSQL's failures as Problems. Source: postgresql.org/docs/current/errcodes-appendix.html
import { Problem } from "../../foundation/problem.ts";
import type { ProblemCode } from "../../foundation/problems.ts";

const bySqlState: Readonly<Record<string, ProblemCode>> = {
  "23505": "RH-DATA-001",
  "23503": "RH-DATA-002",
  "23514": "RH-DATA-003",
  "23502": "RH-DATA-004",
  "22001": "RH-DATA-005",
  "22003": "RH-DATA-005",
  "22007": "RH-DATA-005",
  "22008": "RH-DATA-005",
  "22021": "RH-DATA-005",
  "22P02": "RH-DATA-005",
  "22P05": "RH-DATA-005",
  "42804": "RH-DATA-005",
  "40P01": "RH-TX-001",
  "40001": "RH-TX-002",
  "55P03": "RH-TX-003",
  "57014": "RH-TIME-001",
  "25006": "RH-SRV-001",
  "53100": "RH-SRV-002",
  "53300": "RH-CONN-002",
  "3D000": "RH-CONN-005",
  "57P01": "RH-CONN-003",
  "57P02": "RH-CONN-003",
  "57P03": "RH-CONN-006",
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
  "42P04": "RH-SQL-004",
  "42P06": "RH-SQL-004",
  "42P07": "RH-SQL-004",
  "42710": "RH-SQL-004",
};

const unreachable = new Set(["ECONNREFUSED", "ENOENT", "EHOSTUNREACH", "ENETUNREACH", "ETIMEDOUT", "ENOTFOUND", "EAI_AGAIN", "EACCES"]);
const lost = new Set(["ECONNRESET", "EPIPE"]);

/** What failed, as a Problem; `where` names the server in the message. */
export function translate(thrown: unknown, where: string): unknown {
  if (thrown instanceof Problem || !(thrown instanceof Error)) return thrown;
  const code = "code" in thrown ? String(thrown.code) : "";
  if (unreachable.has(code)) return unreachableProblem(where, code, thrown);
  if (lost.has(code) || /^Connection terminated|^Client has encountered/.test(thrown.message)) {
    if (/timeout/.test(thrown.message)) return unreachableProblem(where, "no answer in time", thrown);
    return new Problem("RH-CONN-003", `the connection to ${where} was lost`, { cause: thrown });
  }
  if (/timeout exceeded when trying to connect/.test(thrown.message)) {
    return new Problem("RH-CONN-007", `no connection to ${where} became free in time`, { cause: thrown });
  }
  if (/^timeout expired$/.test(thrown.message)) return unreachableProblem(where, "no answer in time", thrown);
  if (/^Query read timeout/.test(thrown.message)) return new Problem("RH-TIME-001", `${where} did not answer a statement in time`, { cause: thrown });
  if (!/^[0-9A-Z]{5}$/.test(code)) return thrown;
  return new Problem(bySqlState[code] ?? byClass(code), `${thrown.message} (${code})`, { cause: thrown });
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
