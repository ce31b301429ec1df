// The one table of everything that can go wrong: a code, its title, the exit code of the command line and the status of
// the API. docs/reference/problems.md says the same for people, and a test keeps the two equal. Exit codes: 1 a verdict
// "faulty", 2 usage, 3 not found, 4 refused, 5 locked, 6 verification failed, 7 no space, 8 connection, 9 authentication
// or permission, 10 partial, 130 interrupted.

export interface ProblemKind {
  readonly title: string;
  /** Exit code of a command that ends with this problem. */
  readonly exitCode: number;
  /** HTTP status of an answer that carries this problem. */
  readonly status: number;
}

export const problems = {
  "RH-USE-001": { title: "the command line is not understood", exitCode: 2, status: 400 },
  "RH-USE-002": { title: "the operation was interrupted", exitCode: 130, status: 503 },
  "RH-USE-003": { title: "a confirmation is missing", exitCode: 4, status: 403 },
  "RH-HOUSE-001": { title: "there is no house here", exitCode: 3, status: 404 },
  "RH-HOUSE-002": { title: "the house's file cannot be used", exitCode: 2, status: 400 },
  "RH-HOUSE-003": { title: "the house is pinned to something else", exitCode: 4, status: 409 },
  "RH-HOUSE-004": { title: "the directory belongs to something else", exitCode: 4, status: 409 },
  "RH-HOUSE-005": { title: "a tier does not come up", exitCode: 1, status: 503 },
  "RH-HOUSE-006": { title: "the house is not up", exitCode: 1, status: 503 },
  "RH-PROOF-001": { title: "what was done could not be proved", exitCode: 6, status: 500 },
  "RH-LOCK-001": { title: "another operation holds the lock", exitCode: 5, status: 409 },
  "RH-FILE-001": { title: "a file cannot be read or written", exitCode: 3, status: 500 },
  "RH-FILE-002": { title: "there is no space left", exitCode: 7, status: 507 },
  "RH-FILE-003": { title: "a secret is readable by others", exitCode: 4, status: 500 },
  "RH-PROC-001": { title: "a program failed", exitCode: 1, status: 500 },
  "RH-PROC-002": { title: "a program did not end in time", exitCode: 1, status: 504 },
  "RH-TOOL-001": { title: "a needed program is missing", exitCode: 3, status: 500 },
  "RH-TOOL-002": { title: "installing failed", exitCode: 1, status: 500 },
  "RH-NET-001": { title: "the port is taken", exitCode: 4, status: 409 },
  "RH-CONN-001": { title: "the database server cannot be reached", exitCode: 8, status: 503 },
  "RH-CONN-002": { title: "the database server has no connection left", exitCode: 8, status: 503 },
  "RH-CONN-003": { title: "the connection was lost before the work was done", exitCode: 8, status: 503 },
  "RH-CONN-004": { title: "the connection was lost while committing, the outcome is unknown", exitCode: 8, status: 503 },
  "RH-CONN-005": { title: "the database does not exist", exitCode: 3, status: 503 },
  "RH-CONN-006": { title: "the database server is starting or stopping", exitCode: 8, status: 503 },
  "RH-CONN-007": { title: "no connection of the pool became free in time", exitCode: 8, status: 503 },
  "RH-AUTH-001": { title: "the user name or password is wrong", exitCode: 9, status: 503 },
  "RH-AUTH-002": { title: "no rule of the server admits this login", exitCode: 9, status: 503 },
  "RH-AUTH-003": { title: "permission denied by the database", exitCode: 9, status: 500 },
  "RH-AUTH-004": { title: "the application has an administrator's rights", exitCode: 9, status: 500 },
  "RH-DATA-001": { title: "the value exists already", exitCode: 1, status: 409 },
  "RH-DATA-002": { title: "a row that is referred to is missing or still in use", exitCode: 1, status: 409 },
  "RH-DATA-003": { title: "a check constraint refuses the value", exitCode: 1, status: 400 },
  "RH-DATA-004": { title: "a required value is missing", exitCode: 1, status: 400 },
  "RH-DATA-005": { title: "the value does not fit the column's type", exitCode: 1, status: 400 },
  "RH-TX-001": { title: "a deadlock was resolved at this transaction's cost", exitCode: 1, status: 503 },
  "RH-TX-002": { title: "the transaction could not be serialized", exitCode: 1, status: 503 },
  "RH-TX-003": { title: "a lock was not granted in time", exitCode: 5, status: 503 },
  "RH-TIME-001": { title: "the statement did not end in time", exitCode: 1, status: 503 },
  "RH-SRV-001": { title: "the database is read-only", exitCode: 1, status: 503 },
  "RH-SRV-002": { title: "the database server has no space left", exitCode: 7, status: 507 },
  "RH-SQL-001": { title: "the statement is not understood", exitCode: 2, status: 500 },
  "RH-SQL-002": { title: "the statement names something that does not exist", exitCode: 3, status: 500 },
  "RH-SQL-003": { title: "the database refused the statement", exitCode: 1, status: 500 },
  "RH-SQL-004": { title: "the object exists already", exitCode: 1, status: 500 },
  "RH-MIG-001": { title: "a migration that was applied has changed", exitCode: 6, status: 503 },
  "RH-MIG-002": { title: "a migration failed", exitCode: 10, status: 503 },
  "RH-MIG-003": { title: "the schema is not the one the application needs", exitCode: 1, status: 503 },
  "RH-BACKUP-001": { title: "the database holds what a backup cannot carry", exitCode: 4, status: 409 },
  "RH-BACKUP-002": { title: "the schema changed while the backup was taken", exitCode: 1, status: 409 },
  "RH-BACKUP-003": { title: "this is not a backup that can be read", exitCode: 6, status: 500 },
  "RH-BACKUP-010": { title: "there is no such backup", exitCode: 3, status: 404 },
  "RH-API-001": { title: "the request is not valid", exitCode: 1, status: 400 },
  "RH-API-002": { title: "not found", exitCode: 3, status: 404 },
  "RH-API-003": { title: "the method is not allowed here", exitCode: 1, status: 405 },
  "RH-API-004": { title: "the body is too large", exitCode: 1, status: 413 },
  "RH-API-005": { title: "the content type is not accepted", exitCode: 1, status: 415 },
  "RH-API-006": { title: "the request comes from another site", exitCode: 1, status: 403 },
  "RH-API-007": { title: "the row was changed by somebody else", exitCode: 1, status: 412 },
  "RH-API-008": { title: "the server is busy", exitCode: 1, status: 503 },
  "RH-API-009": { title: "the version to change is missing", exitCode: 1, status: 428 },
  "RH-API-010": { title: "the idempotency key was used for another request", exitCode: 1, status: 409 },
  "RH-API-011": { title: "the file was not imported", exitCode: 1, status: 400 },
  "RH-API-012": { title: "too many long requests at once", exitCode: 1, status: 429 },
  "RH-API-013": { title: "the number of rows is another one", exitCode: 1, status: 409 },
  "RH-API-014": { title: "no instance of the application answers", exitCode: 8, status: 503 },
  "RH-API-015": { title: "the address is too long", exitCode: 1, status: 414 },
  "RH-API-016": { title: "the headers are too large", exitCode: 1, status: 431 },
  "RH-API-017": { title: "the house does not answer to this host name", exitCode: 1, status: 421 },
  "RH-BUG-001": { title: "an unexpected failure", exitCode: 1, status: 500 },
} as const satisfies Record<string, ProblemKind>;

export type ProblemCode = keyof typeof problems;
