// One operation: what it is, what goes in, what comes out, a command to try it with.
import { useRef } from "react";
import { CopyButton } from "../kit/copy-button.tsx";
import type { Answer, ApiDocument, Content, Operation, Parameter } from "./document.ts";
import { curlOf } from "./example.ts";
import { Prose } from "./prose.tsx";
import { SchemaView, SchemaWords } from "./schema-view.tsx";
import { TryIt } from "./try-it.tsx";

export function OperationView({ document, operation }: { readonly document: ApiDocument; readonly operation: Operation }) {
  const { operationId, method, path, summary, description, parameters, requestBody, responses } = operation;
  const isStream = Object.values(responses).some(({ content }) => content?.["text/event-stream"]);
  return (
    <article className="operation" id={operationId} aria-labelledby={`${operationId}-title`}>
      <h3 id={`${operationId}-title`} className="operation-title">
        <span className={`method method-${method.toLowerCase()}`}>{method}</span> <code>{path}</code>
      </h3>
      <p>{summary}.</p>
      {description && (
        <p className="quiet">
          <Prose text={description} />
        </p>
      )}
      <Command text={curlOf(document, operation, location.origin)} />
      {parameters.length > 0 && <Parameters parameters={parameters} />}
      {requestBody && <Body content={requestBody.content} />}
      <h4>Answers</h4>
      {Object.entries(responses).map(([status, answer]) => (
        <AnswerView key={status} status={status} answer={answer} />
      ))}
      {method === "GET" && !isStream && <TryIt operation={operation} />}
    </article>
  );
}

function Command({ text }: { readonly text: string }) {
  const source = useRef<HTMLPreElement>(null);
  return (
    <div className="command">
      <pre ref={source}>{text}</pre>
      <CopyButton what="command" text={text} source={source} />
    </div>
  );
}

function Parameters({ parameters }: { readonly parameters: readonly Parameter[] }) {
  return (
    <>
      <h4>Parameters</h4>
      <dl className="fields">
        {parameters.map(({ name, in: place, required, description, schema, content }) => (
          <div key={`${place} ${name}`} className="field-row">
            <dt>
              <code>{name}</code>
              <span className="mark">{required ? `${place}, needed` : place}</span>
            </dt>
            <dd>
              <SchemaWords schema={{ ...(schema ?? Object.values(content ?? {})[0]?.schema), ...(description ? { description } : {}) }} />
              {content && <span className="quiet"> as JSON</span>}
              {description && (
                <span className="quiet">
                  {" "}
                  <Prose text={description} />
                </span>
              )}
            </dd>
          </div>
        ))}
      </dl>
    </>
  );
}

function Body({ content }: { readonly content: Content }) {
  return (
    <>
      <h4>Body</h4>
      <Contents content={content} />
    </>
  );
}

/** Of a refusal the problem codes are what one looks for. */
function AnswerView({ status, answer }: { readonly status: string; readonly answer: Answer }) {
  const isGood = status.startsWith("2");
  const headers = Object.entries(answer.headers ?? {}).filter(([name]) => name !== "X-Request-Id");
  return (
    <details className="answer" open={isGood}>
      <summary>
        <span className={isGood ? "status status-good" : "status"}>{status}</span> {isGood ? answer.description : codesIn(answer.description)}
      </summary>
      {!isGood && (
        <ul className="codes">
          {answer.description.split("; ").map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      )}
      {headers.map(([name, { schema }]) => (
        <p key={name} className="schema-line">
          <code>{name}</code> <SchemaWords schema={schema} />
          {schema.description && (
            <span className="quiet">
              {" "}
              <Prose text={schema.description} />
            </span>
          )}
        </p>
      ))}
      <Contents content={answer.content ?? {}} />
    </details>
  );
}

function codesIn(description: string): string {
  const codes = description.match(/RH-[A-Z]+-\d+/g) ?? [];
  return codes.length > 3 ? `${codes.slice(0, 3).join(", ")} and ${codes.length - 3} more` : codes.join(", ") || description;
}

function Contents({ content }: { readonly content: Content }) {
  return Object.entries(content).map(([type, { schema }]) => (
    <div key={type} className="content">
      <p className="content-type">{type}</p>
      <SchemaView schema={schema} />
    </div>
  ));
}
