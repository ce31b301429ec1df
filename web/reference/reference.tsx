// The HTTP API of this server on one page: groups and operations at the side, each operation with its parameters, bodies, answers
// and a command; at the end the schemas that have names. All of it is read from the server's own document.
import { useEffect, useRef, useState } from "react";
import { HouseIcon } from "../kit/icons.tsx";
import { ThemeChoice } from "../kit/theme.tsx";
import { type ApiDocument, type Group, groupsOf } from "./document.ts";
import { OperationView } from "./operation-view.tsx";
import { SchemaView } from "./schema-view.tsx";
import { useDocument } from "./use-document.ts";

export function Reference() {
  const reading = useDocument();
  if (reading.state === "read") return <Page document={reading.document} />;
  return (
    <main className="alone">
      <h1>HTTP API</h1>
      {reading.state === "reading" && <p role="status">Reading the document…</p>}
      {reading.state === "failed" && (
        <div role="alert">
          <p>The document could not be read: {reading.because}.</p>
          {reading.requestId && <p className="quiet">request {reading.requestId}</p>}
          <button type="button" className="button" onClick={reading.again}>
            Try again
          </button>
        </div>
      )}
    </main>
  );
}

function Page({ document: api }: { readonly document: ApiDocument }) {
  const [search, setSearch] = useState("");
  const groups = groupsOf(api, search);
  // The page is drawn after the browser looked for the place that the address names.
  useEffect(() => window.document.getElementById(decodeURIComponent(location.hash.slice(1)))?.scrollIntoView(), []);
  return (
    <div className="reference">
      <a className="skip" href="#operations">
        To the operations
      </a>
      <Rail groups={groups} search={search} onSearch={setSearch} />
      <main id="operations" tabIndex={-1}>
        <h1>HTTP API</h1>
        {api.info.description.split("\n\n").map((text) => (
          <p key={text} className="intro">
            {text}
          </p>
        ))}
        <p className="intro">
          Version {api.info.version}; for programs: <a href="/api/openapi.json">/api/openapi.json</a>. What answers GET answers HEAD too, without a
          body.
        </p>
        {groups.length === 0 && <p role="status">No operation holds these words.</p>}
        {groups.map((group) => (
          <section key={group.name} aria-labelledby={`group-${group.name}`}>
            <h2 id={`group-${group.name}`}>{titleOf(group.name)}</h2>
            <p className="quiet">{group.description}</p>
            {group.operations.map((operation) => (
              <OperationView key={operation.operationId} document={api} operation={operation} />
            ))}
          </section>
        ))}
        {search === "" && <Schemas document={api} />}
      </main>
    </div>
  );
}

interface RailProps {
  readonly groups: readonly Group[];
  readonly search: string;
  readonly onSearch: (text: string) => void;
}

function Rail({ groups, search, onSearch }: RailProps) {
  const box = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      const isTyping = event.target instanceof Element && event.target.closest("input, textarea") !== null;
      if (event.key !== "/" || isTyping || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      box.current?.focus();
    };
    document.addEventListener("keydown", onKeyDown);
    return () => document.removeEventListener("keydown", onKeyDown);
  }, []);
  return (
    <header className="rail">
      <a className="brand" href="/">
        <HouseIcon />
        Rowhouse
      </a>
      <p className="field">
        <label className="field-label" htmlFor="search">
          Find <kbd>/</kbd>
        </label>
        <input ref={box} id="search" className="input" type="search" value={search} onChange={(event) => onSearch(event.target.value)} />
      </p>
      <nav aria-label="Operations">
        {groups.map((group) => (
          <div key={group.name}>
            <h2>{titleOf(group.name)}</h2>
            <ul>
              {group.operations.map(({ operationId, method, path, summary }) => (
                <li key={operationId}>
                  <a href={`#${operationId}`} title={summary}>
                    <span className={`method method-${method.toLowerCase()}`}>{method}</span> {path}
                  </a>
                </li>
              ))}
            </ul>
          </div>
        ))}
      </nav>
      <ThemeChoice />
    </header>
  );
}

function Schemas({ document }: { readonly document: ApiDocument }) {
  return (
    <section aria-labelledby="schemas">
      <h2 id="schemas">Schemas</h2>
      {Object.entries(document.components.schemas).map(([name, schema]) => (
        <article key={name} id={`schema-${name}`} className="operation">
          <h3 className="operation-title">
            <code>{name}</code>
          </h3>
          {schema.description && <p className="quiet">{schema.description}</p>}
          <SchemaView schema={schema} />
        </article>
      ))}
    </section>
  );
}

function titleOf(name: string): string {
  return `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
}
