// Asks this very server: the parameters as fields, the answer as it came. For GET alone, which changes nothing.
import { type FormEvent, useId, useState } from "react";
import type { Operation } from "./document.ts";

const shownCharacters = 20_000;

interface Seen {
  readonly line: string;
  readonly text: string;
}

export function TryIt({ operation }: { readonly operation: Operation }) {
  const [isAsking, setIsAsking] = useState(false);
  const [seen, setSeen] = useState<Seen>();
  const id = useId();
  const parameters = operation.parameters.filter((one) => one.in !== "header");
  const ask = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    setIsAsking(true);
    setSeen(await answerOf(addressIn(operation, new FormData(event.currentTarget))));
    setIsAsking(false);
  };
  return (
    <details className="try">
      <summary>Try it</summary>
      <form onSubmit={(event) => void ask(event)}>
        {parameters.map(({ name, required }) => (
          <p key={name} className="field">
            <label className="field-label" htmlFor={`${id}-${name}`}>
              {name}
            </label>
            <input className="input" id={`${id}-${name}`} name={name} required={required} autoComplete="off" spellCheck={false} />
          </p>
        ))}
        <button type="submit" className="button button-primary" disabled={isAsking}>
          Send
        </button>
      </form>
      <p role="status" className="seen-line">
        {seen?.line}
      </p>
      {seen && <textarea className="input seen" aria-label="The answer" readOnly rows={12} value={seen.text} />}
    </details>
  );
}

function addressIn({ path, parameters }: Operation, form: FormData): string {
  const query = new URLSearchParams();
  let address = path;
  for (const { name, in: place } of parameters) {
    const value = String(form.get(name) ?? "");
    if (place === "path") address = address.replace(`{${name}}`, encodeURIComponent(value));
    else if (place === "query" && value !== "") query.set(name, value);
  }
  return query.size === 0 ? address : `${address}?${query}`;
}

async function answerOf(address: string): Promise<Seen> {
  const began = performance.now();
  try {
    const response = await fetch(address, { signal: AbortSignal.timeout(15_000) });
    const text = await response.text();
    const ms = Math.round(performance.now() - began);
    return { line: `${response.status} in ${ms} ms, request ${response.headers.get("x-request-id")}`, text: shown(text) };
  } catch (thrown) {
    return { line: "No answer came.", text: String(thrown) };
  }
}

/** JSON with line breaks, anything else as it is; the beginning of what is long. */
function shown(text: string): string {
  let pretty = text;
  try {
    pretty = JSON.stringify(JSON.parse(text), undefined, 2);
  } catch {
    // not JSON
  }
  return pretty.length > shownCharacters ? `${pretty.slice(0, shownCharacters)}\n… and ${pretty.length - shownCharacters} characters more` : pretty;
}
