// Reads one JSON document, `{"projects": […], "tasks": […]}` in any formatting and order, element by element: it looks for where
// each element ends and leaves what is in it to JSON.parse, so that no more than one is kept.
import { isUtf8 } from "node:buffer";
import { parsed } from "./json-text.ts";
import { type Fault, type FileRecord, isFault, notUtf8, type Reader, recordLimitBytes, tooLong } from "./records.ts";

/** What may come next, outside the elements. */
type Place = "document" | "first name" | "name" | "colon" | "array" | "first element" | "element" | "behind element" | "behind array" | "end";

const [quote, backslash, lineFeed] = [0x22, 0x5c, 0x0a];
const [braceOpen, braceClose, bracketOpen, bracketClose] = [0x7b, 0x7d, 0x5b, 0x5d];
const kinds: Readonly<Record<string, FileRecord["kind"]>> = { projects: "project", tasks: "task" };

const wanted: Readonly<Record<Place, string>> = {
  document: "the document has to begin with {",
  "first name": 'the document has to have "projects" and "tasks"',
  name: 'the document has to have "projects" and "tasks"',
  colon: "there has to be a : behind the name",
  array: "there has to be a list",
  "first element": "the list has to hold objects",
  element: "the list has to hold objects",
  "behind element": "there has to be a , or ] behind an object of the list",
  "behind array": "there has to be a , or } behind a list",
  end: "there is something behind the document",
};

export function jsonReader(): Reader {
  return new JsonReader();
}

class JsonReader implements Reader {
  #place: Place = "document";
  #line = 1;
  #kind: FileRecord["kind"] = "task";
  readonly #seen = new Set<string>();
  /** Of a name or an element that is not complete yet: its bytes, where it begins, how deep it is open. */
  #waiting: Buffer = Buffer.alloc(0);
  #first = 1;
  #depth = 0;
  #isText = false;
  #isEscaped = false;
  #isOver = false;

  *push(chunk: Buffer): Generator<FileRecord | Fault> {
    let from = 0;
    for (let at = 0; at < chunk.length && !this.#isOver; at++) {
      const byte = chunk[at] as number;
      if (byte === lineFeed) this.#line++;
      if (this.#isInside()) {
        if (!this.#closes(byte)) continue;
        const bytes = Buffer.concat([this.#waiting, chunk.subarray(from, at + 1)]);
        this.#waiting = Buffer.alloc(0);
        yield* this.#complete(bytes);
      } else if (!isSpace(byte)) {
        from = at;
        const fault = this.#step(byte);
        if (fault) yield this.#last(fault);
      }
    }
    if (!this.#isInside() || this.#isOver) return;
    this.#waiting = Buffer.concat([this.#waiting, chunk.subarray(this.#waiting.length === 0 ? from : 0)]);
    if (this.#waiting.length > recordLimitBytes) yield this.#last(tooLong, this.#first);
  }

  *end(): Generator<Fault> {
    if (!this.#isOver && this.#place !== "end") yield this.#last("the document ends too early");
  }

  #last(reason: string, line = this.#line): Fault {
    this.#isOver = true;
    return { line, reason, isLast: true };
  }

  #isInside(): boolean {
    return this.#depth > 0 || this.#isText;
  }

  /** One byte inside a name or an element: true when it is the last one of it. */
  #closes(byte: number): boolean {
    if (this.#isText) {
      if (this.#isEscaped) this.#isEscaped = false;
      else if (byte === backslash) this.#isEscaped = true;
      else if (byte === quote) this.#isText = false;
    } else if (byte === quote) this.#isText = true;
    else if (byte === braceOpen || byte === bracketOpen) this.#depth++;
    else if (byte === braceClose || byte === bracketClose) this.#depth--;
    return !this.#isInside();
  }

  *#complete(bytes: Buffer): Generator<FileRecord | Fault> {
    if (this.#place === "name") {
      const fault = this.#named(bytes.toString().slice(1, -1));
      if (fault) yield this.#last(fault, this.#first);
      return;
    }
    this.#place = "behind element";
    if (!isUtf8(bytes)) return yield { line: this.#first, reason: notUtf8 };
    const found = parsed(bytes.toString(), this.#first);
    yield isFault(found) ? found : { line: this.#first, kind: this.#kind, value: found.value, bytes: bytes.length };
  }

  #named(name: string): string | undefined {
    const kind = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
    if (!kind) return wanted.name;
    if (this.#seen.has(name)) return `${name} is there twice`;
    this.#seen.add(name);
    this.#kind = kind;
    this.#place = "colon";
    return undefined;
  }

  /** One byte between names and elements: what it should not be, undefined when it may be there. */
  #step(byte: number): string | undefined {
    const place = this.#place;
    const next = steps[place][String.fromCharCode(byte)];
    if (!next) return wanted[place];
    this.#first = this.#line;
    if (byte === quote) this.#isText = true;
    else if (byte === braceOpen && place !== "document") this.#depth = 1;
    this.#place = next;
    return undefined;
  }
}

/** Where a byte leads to; `"` begins a name and `{` in a list an element. */
const steps: Readonly<Record<Place, Readonly<Record<string, Place>>>> = {
  document: { "{": "first name" },
  "first name": { '"': "name", "}": "end" },
  name: { '"': "name" },
  colon: { ":": "array" },
  array: { "[": "first element" },
  "first element": { "{": "element", "]": "behind array" },
  element: { "{": "element" },
  "behind element": { ",": "element", "]": "behind array" },
  "behind array": { ",": "name", "}": "end" },
  end: {},
};

function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === lineFeed || byte === 0x0d || byte === 0x09;
}
