// What `serve` writes down of a house's backups and the application shows: the file is all that the two share.

export interface BackupFigures {
  /** The moment that the newest proved backup shows. */
  readonly provedAt?: string | undefined;
  /** Whether the last one was taken and proved. */
  readonly isGood?: boolean | undefined;
  /** Whether one that was due is missing. */
  readonly isLate?: boolean | undefined;
}
