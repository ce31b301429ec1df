// The help, as one sheet: the words of the box for a new task, the keys, drawn from the table that they act by, what happens to a
// deletion, and the way to the API.
import { Dialog } from "../../kit/dialog.tsx";
import { keyGroups } from "./table.ts";

export function HelpSheet({ onClose }: { readonly onClose: () => void }) {
  return (
    <Dialog title="Help" shape="sheet" onClose={onClose}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached with the keyboard */}
      <section className="dialog-body" aria-label="Words and keys" tabIndex={0} data-first-focus>
        <div className="help">
          <AddHelp />
          {keyGroups.map((group) => (
            <section key={group.title} className="help-group">
              <h3>{group.title}</h3>
              <dl>
                {group.rows.map(({ keys, drawn = keys, does }) => (
                  <div key={does} className="help-row">
                    <dt>
                      {drawn.map((key) => (
                        <kbd key={key}>{key}</kbd>
                      ))}
                    </dt>
                    <dd>{does}</dd>
                  </div>
                ))}
              </dl>
            </section>
          ))}
          <p className="quiet">A deletion is sent after six seconds, so that it can be undone. A page closed before that has deleted nothing.</p>
          <p className="quiet">
            For programs: <a href="/reference/">the HTTP API</a>.
          </p>
        </div>
      </section>
    </Dialog>
  );
}

const words = [
  { typed: "!1 !2 !3", means: "Priority low, medium, high" },
  { typed: "#office", means: "The project that begins so" },
  { typed: "@mira", means: "Assigned to" },
  { typed: "fri 9:30", means: "Due; also today, tomorrow, 2026-12-01" },
  { typed: "\\today", means: "A backslash or quotes leave a word in the title" },
] as const;

function AddHelp() {
  return (
    <section className="help-group">
      <h3>While adding a task</h3>
      <dl>
        {words.map(({ typed, means }) => (
          <div key={typed} className="help-row">
            <dt>
              <code>{typed}</code>
            </dt>
            <dd>{means}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
