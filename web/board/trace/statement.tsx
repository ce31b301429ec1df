// One statement: its text as it was sent, its time, and what was bound to its placeholders. The one about the tasks is open; what
// stands around it (the transaction, the request's name, the event) is one line each until somebody looks. All of it is text to React.
import type { Trace } from "../../../src/app/api/contract/parts.ts";
import { millisecondsText } from "./hops.ts";
import { sqlLines } from "./sql-words.ts";

export type Statement = Trace["statements"][number];

const aboutTasks = /^(?:insert into|update|delete from|select\b.*?\bfrom) tasks\b/;

export function StatementItem({ statement }: { readonly statement: Statement }) {
  const { sql, values } = statement;
  if (values.length === 0)
    return (
      <li className="statement">
        <div className="statement-head">
          <SqlText sql={sql} />
          <Facts statement={statement} />
        </div>
      </li>
    );
  return (
    <li className="statement">
      <details open={aboutTasks.test(sql)}>
        <summary className="statement-head">
          <SqlText sql={sql} />
          <Facts statement={statement} />
        </summary>
        <Values values={values} />
      </details>
    </li>
  );
}

function SqlText({ sql }: { readonly sql: string }) {
  return (
    <code className="statement-sql">
      {sqlLines(sql).map((line, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the lines of a text that never changes
        <span key={index} className="statement-line">
          {line.map((word, at) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the words of a line that never changes
            <span key={at} className={`sql-${word.kind}`}>
              {word.text}
            </span>
          ))}{" "}
        </span>
      ))}
    </code>
  );
}

function Facts({ statement: { ms, rows } }: { readonly statement: Statement }) {
  return (
    <span className="statement-facts">
      <span>{millisecondsText(ms)}</span> {rows > 0 && <span>{rows === 1 ? "1 row" : `${rows} rows`}</span>}
    </span>
  );
}

function Values({ values }: { readonly values: Statement["values"] }) {
  return (
    <ol className="statement-values" aria-label="Bound values">
      {values.map((value, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a value is known by its place
        <li key={index}>
          <code className="sql-value">{typeof value === "string" ? `'${value.replaceAll("'", "''")}'` : String(value)}</code>
        </li>
      ))}
    </ol>
  );
}
