// The drawer: the last write on its way through the tiers, what the database was asked, and the row that is there now. Section
// 13.14 of the course chapter, for the write that was just made.
import { useRef } from "react";
import type { About } from "../../../src/app/api/contract/about.ts";
import type { Task } from "../../../src/app/api/contract/tasks.ts";
import { CopyButton } from "../../kit/copy-button.tsx";
import { Dialog } from "../../kit/dialog.tsx";
import { type ConfirmedWrite, useLastWrite } from "../../kit/last-write.ts";
import { HopDiagram } from "./hop-diagram.tsx";
import { hopsOf } from "./hops.ts";
import { StatementItem } from "./statement.tsx";

export interface TraceDrawerProps {
  readonly about: About | undefined;
  readonly onClose: () => void;
}

export function TraceDrawer({ about, onClose }: TraceDrawerProps) {
  const write = useLastWrite();
  return (
    <Dialog title="The last write" shape="panel" onClose={onClose}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a long trace scrolls, and keys have to reach it */}
      <section className="dialog-body trace" tabIndex={0} aria-label="Its way through the tiers">
        {write ? <Way write={write} about={about} /> : <NoWrite />}
      </section>
    </Dialog>
  );
}

function NoWrite() {
  return (
    <>
      <p>Nothing was written from this page yet.</p>
      <p className="quiet">Add a task, or move one: its way from this browser to the row in the database is shown here, with what each tier took.</p>
    </>
  );
}

function Way({ write, about }: { readonly write: ConfirmedWrite; readonly about: About | undefined }) {
  const { task, trace } = write.answer;
  const engine = trace?.engine ?? about?.engine ?? "the database";
  const database = engine === about?.engine ? `${engine} ${about.version}` : engine;
  return (
    <>
      <HopDiagram hops={hopsOf(write, database)} hasTrace={trace !== undefined} />
      {trace && (
        <section aria-labelledby="trace-sql">
          <h3 id="trace-sql" className="trace-title">
            What {trace.engine} was asked
          </h3>
          <ol className="statements">
            {trace.statements.map((statement, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: the statements of a request that is over
              <StatementItem key={index} statement={statement} />
            ))}
          </ol>
        </section>
      )}
      {task && <Row task={task} isRemoved={write.method === "DELETE"} />}
      <RequestId id={write.requestId} />
    </>
  );
}

const shownCharacters = 300;
const columns = [
  "id",
  "title",
  "description",
  "status",
  "priority",
  "due_date",
  "project_id",
  "assigned_to",
  "created_at",
  "updated_at",
  "completed_at",
  "version",
] as const;

function Row({ task, isRemoved }: { readonly task: Task; readonly isRemoved: boolean }) {
  return (
    <section aria-labelledby="trace-row">
      <h3 id="trace-row" className="trace-title">
        {isRemoved ? "The row that was removed" : "The row as it is now"}
      </h3>
      <dl className="trace-row">
        {columns.map((column) => (
          <div key={column}>
            <dt>{column}</dt>
            <dd className={task[column] === null ? "trace-null" : ""}>{shown(task[column])}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

/** A description may have 16,000 characters. */
function shown(value: string | number | null): string {
  const characters = [...String(value)];
  return characters.length > shownCharacters ? `${characters.slice(0, shownCharacters).join("")}…` : characters.join("");
}

function RequestId({ id }: { readonly id: string }) {
  const idPlace = useRef<HTMLElement>(null);
  const commandPlace = useRef<HTMLElement>(null);
  const command = `rowhouse logs --request ${id}`;
  return (
    <section aria-labelledby="trace-request">
      <h3 id="trace-request" className="trace-title">
        The same request in the logs
      </h3>
      <p className="trace-copy">
        <code ref={idPlace}>{id}</code>
        <CopyButton what="request id" text={id} source={idPlace} />
      </p>
      <p className="trace-copy">
        <code ref={commandPlace}>{command}</code>
        <CopyButton what="command" text={command} source={commandPlace} />
      </p>
    </section>
  );
}
