// MariaDB's failures as Problems. Source: mariadb.com/kb/en/mariadb-error-codes
import { Problem } from "../../foundation/problem.ts";
import type { ProblemCode } from "../../foundation/problems.ts";

const byNumber: Readonly<Record<number, ProblemCode>> = {
  1062: "RH-DATA-001",
  1451: "RH-DATA-002",
  1452: "RH-DATA-002",
  4025: "RH-DATA-003",
  1048: "RH-DATA-004",
  1364: "RH-DATA-004",
  1264: "RH-DATA-005",
  1265: "RH-DATA-005",
  1292: "RH-DATA-005",
  1366: "RH-DATA-005",
  1406: "RH-DATA-005",
  1411: "RH-DATA-005",
  1213: "RH-TX-001",
  1020: "RH-TX-002",
  1205: "RH-TX-003",
  1969: "RH-TIME-001",
  3024: "RH-TIME-001",
  1317: "RH-TIME-001",
  1290: "RH-SRV-001",
  1792: "RH-SRV-001",
  1836: "RH-SRV-001",
  1021: "RH-SRV-002",
  1114: "RH-SRV-002",
  1040: "RH-CONN-002",
  1203: "RH-CONN-002",
  1226: "RH-CONN-002",
  1049: "RH-CONN-005",
  1053: "RH-CONN-006",
  1927: "RH-CONN-003",
  2006: "RH-CONN-003",
  2013: "RH-CONN-003",
  1045: "RH-AUTH-001",
  1698: "RH-AUTH-001",
  1130: "RH-AUTH-002",
  1044: "RH-AUTH-003",
  1095: "RH-AUTH-003",
  1142: "RH-AUTH-003",
  1143: "RH-AUTH-003",
  1227: "RH-AUTH-003",
  1370: "RH-AUTH-003",
  1410: "RH-AUTH-003",
  1064: "RH-SQL-001",
  1051: "RH-SQL-002",
  1054: "RH-SQL-002",
  1146: "RH-SQL-002",
  1305: "RH-SQL-002",
  1007: "RH-SQL-004",
  1050: "RH-SQL-004",
  1060: "RH-SQL-004",
  1061: "RH-SQL-004",
  1396: "RH-SQL-004",
};

const unreachable = new Set(["ECONNREFUSED", "ENOENT", "EHOSTUNREACH", "ENETUNREACH", "ETIMEDOUT", "ENOTFOUND", "EAI_AGAIN", "EACCES"]);
const lost = new Set([
  "ECONNRESET",
  "EPIPE",
  "ER_SOCKET_UNEXPECTED_CLOSE",
  "ER_CMD_CONNECTION_CLOSED",
  "ER_CONNECTION_ALREADY_CLOSED",
  "ER_UNEXPECTED_PACKET",
  "ER_SOCKET_TIMEOUT",
]);

/** What failed, as a Problem; `where` names the server in the message. */
export function translate(thrown: unknown, where: string): unknown {
  if (thrown instanceof Problem || !(thrown instanceof Error)) return thrown;
  const code = "code" in thrown ? String(thrown.code) : "";
  const number = "errno" in thrown ? Number(thrown.errno) : Number.NaN;
  if (lost.has(code)) return new Problem("RH-CONN-003", `the connection to ${where} was lost`, { cause: thrown });
  if (unreachable.has(code) || code === "ER_CONNECTION_TIMEOUT") return unreachableProblem(where, code, thrown);
  const message = "sqlMessage" in thrown && thrown.sqlMessage ? String(thrown.sqlMessage) : thrown.message;
  const known = byNumber[number];
  if (known) return new Problem(known, `${message} (${number})`, { cause: thrown });
  if (number > 0 && number < 45_000) return new Problem("RH-SQL-003", `${message} (${number})`, { cause: thrown });
  return thrown;
}

function unreachableProblem(where: string, seen: string, cause: Error): Problem {
  return new Problem("RH-CONN-001", `cannot reach MariaDB on ${where}: ${seen}`, { cause, hint: "Is it running? `rowhouse status` tells." });
}
