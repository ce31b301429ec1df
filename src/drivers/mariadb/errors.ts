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
  1300: "RH-DATA-005",
  1365: "RH-DATA-005",
  1366: "RH-DATA-005",
  1367: "RH-DATA-005",
  1406: "RH-DATA-005",
  1411: "RH-DATA-005",
  1441: "RH-DATA-005",
  1690: "RH-DATA-005",
  1213: "RH-TX-001",
  1020: "RH-TX-002",
  1205: "RH-TX-003",
  1317: "RH-TIME-001",
  1969: "RH-TIME-001",
  3024: "RH-TIME-001",
  1792: "RH-SRV-001",
  1836: "RH-SRV-001",
  1021: "RH-SRV-002",
  1114: "RH-SRV-002",
  1040: "RH-CONN-002",
  1203: "RH-CONN-002",
  1226: "RH-CONN-002",
  1053: "RH-CONN-006",
  1927: "RH-CONN-003",
  2006: "RH-CONN-003",
  2013: "RH-CONN-003",
  1698: "RH-AUTH-001",
  1862: "RH-AUTH-001",
  1129: "RH-AUTH-002",
  1130: "RH-AUTH-002",
  4151: "RH-AUTH-002",
  1044: "RH-AUTH-003",
  1045: "RH-AUTH-003",
  1095: "RH-AUTH-003",
  1142: "RH-AUTH-003",
  1143: "RH-AUTH-003",
  1227: "RH-AUTH-003",
  1370: "RH-AUTH-003",
  1410: "RH-AUTH-003",
  1064: "RH-SQL-001",
  1149: "RH-SQL-001",
  1008: "RH-SQL-002",
  1049: "RH-SQL-002",
  1051: "RH-SQL-002",
  1054: "RH-SQL-002",
  1072: "RH-SQL-002",
  1091: "RH-SQL-002",
  1109: "RH-SQL-002",
  1133: "RH-SQL-002",
  1141: "RH-SQL-002",
  1146: "RH-SQL-002",
  1193: "RH-SQL-002",
  1305: "RH-SQL-002",
  4091: "RH-SQL-002",
  4092: "RH-SQL-002",
  1007: "RH-SQL-004",
  1050: "RH-SQL-004",
  1060: "RH-SQL-004",
  1061: "RH-SQL-004",
  1304: "RH-SQL-004",
  1826: "RH-SQL-004",
};

/** Numbers that mean something else while the connection is being made. */
const whileConnecting: Readonly<Record<number, ProblemCode>> = { 1045: "RH-AUTH-001", 1049: "RH-CONN-005" };

const unreachable = new Set(["ECONNREFUSED", "ENOENT", "EHOSTUNREACH", "ENETUNREACH", "ETIMEDOUT", "ENOTFOUND", "EAI_AGAIN", "EACCES"]);
const lost = new Set([
  "ECONNRESET",
  "EPIPE",
  "ER_SOCKET_UNEXPECTED_CLOSE",
  "ER_CMD_CONNECTION_CLOSED",
  "ER_CMD_NOT_EXECUTED_DESTROYED",
  "ER_CONNECTION_ALREADY_CLOSED",
  "ER_UNEXPECTED_PACKET",
  "ER_SOCKET_TIMEOUT",
]);

/** What a statement failed with, as a Problem; `where` names the server in the message. */
export function translate(thrown: unknown, where: string): unknown {
  if (thrown instanceof Problem || !(thrown instanceof Error)) return thrown;
  if (lost.has(codeOf(thrown))) return new Problem("RH-CONN-003", `the connection to ${where} was lost`, { cause: thrown });
  const number = numberOf(thrown);
  const message = messageOf(thrown);
  const known = byNumber[number] ?? byMessage(number, message);
  if (known) return new Problem(known, `${message} (${number})`, { cause: thrown });
  if (number > 0 && number < 45_000) return new Problem("RH-SQL-003", `${message} (${number})`, { cause: thrown });
  return thrown;
}

/** Why there is no connection, as a Problem. */
export function translateConnecting(thrown: unknown, where: string): unknown {
  if (thrown instanceof Problem || !(thrown instanceof Error)) return thrown;
  const code = codeOf(thrown);
  if (code === "ER_CONNECTION_TIMEOUT") return unreachableProblem(where, "no answer in time", thrown);
  if (lost.has(code) || isLostEarly(thrown)) return unreachableProblem(where, "it hung up", thrown);
  if (unreachable.has(code)) return unreachableProblem(where, code, thrown);
  const special = whileConnecting[numberOf(thrown)];
  return special ? new Problem(special, `${messageOf(thrown)} (${numberOf(thrown)})`, { cause: thrown }) : translate(thrown, where);
}

/** While its first statements ran: the connector tells their failure under a name of its own. */
function isLostEarly(thrown: Error): boolean {
  return codeOf(thrown) === "ER_INITIAL_SQL_ERROR" && "sqlState" in thrown && thrown.sqlState === "08S01";
}

/** Two numbers stand for several faults; names of options and statements in their texts are not translated. */
function byMessage(number: number, message: string): ProblemCode | undefined {
  if (number === 1290) return /--read-only/.test(message) ? "RH-SRV-001" : /--secure-file-priv/.test(message) ? "RH-AUTH-003" : undefined;
  if (number === 1396) return /CREATE (USER|ROLE)/.test(message) ? "RH-SQL-004" : "RH-SQL-002";
  return undefined;
}

function codeOf(thrown: Error): string {
  return "code" in thrown ? String(thrown.code) : "";
}

function numberOf(thrown: Error): number {
  return "errno" in thrown ? Number(thrown.errno) : Number.NaN;
}

function messageOf(thrown: Error): string {
  return "sqlMessage" in thrown && thrown.sqlMessage ? String(thrown.sqlMessage) : thrown.message;
}

function unreachableProblem(where: string, seen: string, cause: Error): Problem {
  return new Problem("RH-CONN-001", `cannot reach MariaDB on ${where}: ${seen}`, { cause, hint: "Is it running? `rowhouse status` tells." });
}
