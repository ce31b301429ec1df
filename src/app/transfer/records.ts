// What a reader makes of a file's bytes: records, each with the line it begins in, and faults. Readers are fed piece by piece and
// keep no more than the record that is not complete yet.

/** Of one record, the longest task being about a quarter of it. */
export const recordLimitBytes = 1_048_576;

export interface FileRecord {
  readonly line: number;
  readonly kind: "task" | "project";
  /** As the file has it; nothing of it was looked at. */
  readonly value: unknown;
  /** In the file. */
  readonly bytes: number;
}

export interface Fault {
  readonly line: number;
  readonly reason: string;
  readonly field?: string;
  /** Nothing can be read behind it. */
  readonly isLast?: true;
}

export interface Reader {
  push(chunk: Buffer): Iterable<FileRecord | Fault>;
  /** What the end of the file completes. */
  end(): Iterable<FileRecord | Fault>;
}

export function isFault(found: object): found is Fault {
  return "reason" in found;
}

export const tooLong = `is longer than ${recordLimitBytes} bytes, or a quote or brace is not closed`;
export const notUtf8 = "is not valid UTF-8";
