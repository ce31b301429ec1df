// Reads JSON lines: `{"task": …}` or `{"project": …}` each, in any order.
import { isUtf8 } from "node:buffer";
import { parsed } from "./json-text.ts";
import { type Fault, type FileRecord, isFault, notUtf8, type Reader, recordLimitBytes, tooLong } from "./records.ts";

const lineFeed = 0x0a;

export function ndjsonReader(): Reader {
  let waiting: Buffer = Buffer.alloc(0);
  let line = 1;
  return {
    *push(chunk) {
      const isSeen = waiting.length;
      const bytes = isSeen === 0 ? chunk : Buffer.concat([waiting, chunk]);
      let from = 0;
      for (let end = bytes.indexOf(lineFeed, isSeen); end >= 0; end = bytes.indexOf(lineFeed, from)) {
        yield* recordIn(bytes.subarray(from, end), line);
        from = end + 1;
        line++;
      }
      waiting = bytes.subarray(from);
      if (waiting.length > recordLimitBytes) yield { line, reason: tooLong, isLast: true };
    },
    *end() {
      yield* recordIn(waiting, line);
    },
  };
}

/** A line without anything in it is none. */
function* recordIn(bytes: Buffer, line: number): Generator<FileRecord | Fault> {
  if (!isUtf8(bytes)) return yield { line, reason: notUtf8 };
  const text = bytes.toString();
  if (text.trim() === "") return;
  const found = parsed(text, line);
  if (isFault(found)) return yield withoutKind(found);
  const [[kind, value] = ["", undefined], ...more] = typeof found.value === "object" && found.value !== null ? Object.entries(found.value) : [];
  if ((kind === "task" || kind === "project") && more.length === 0) yield { line, kind, value, bytes: bytes.length };
  else yield { line, reason: 'has to be {"task": …} or {"project": …}' };
}

/** `title`, not `task.title`: as in the other formats. */
function withoutKind({ line, reason, field }: Fault): Fault {
  const [shortReason, shortField] = [reason, field].map((text) => text?.replace(/^(?:task|project)\./, ""));
  return { line, reason: shortReason ?? "", ...(shortField === undefined ? {} : { field: shortField }) };
}
