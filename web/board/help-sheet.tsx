// The keys, as one sheet, and what happens to a deletion.
import { Dialog } from "../kit/dialog.tsx";

const groups = [
  {
    title: "Anywhere",
    keys: [
      { keys: ["n"], does: "Add a task" },
      { keys: ["u"], does: "Undo what was done last" },
      { keys: ["g"], does: "Statistics, and back" },
      { keys: ["t"], does: "The last write's way through the tiers" },
      { keys: ["?"], does: "This sheet" },
      { keys: ["Esc"], does: "Close, or leave the box" },
    ],
  },
  {
    title: "Between cards",
    keys: [
      { keys: ["j", "↓"], does: "Next card" },
      { keys: ["k", "↑"], does: "Card before" },
      { keys: ["h", "←"], does: "Column to the left" },
      { keys: ["l", "→"], does: "Column to the right" },
    ],
  },
  {
    title: "On a card",
    keys: [
      { keys: ["Enter"], does: "Open it" },
      { keys: ["c"], does: "Complete it, or take that back" },
      { keys: ["1", "2", "3", "4"], does: "Pending, active, complete, archived" },
      { keys: ["d", "Del"], does: "Delete it" },
    ],
  },
] as const;

export function HelpSheet({ onClose }: { readonly onClose: () => void }) {
  return (
    <Dialog title="Keyboard" shape="sheet" onClose={onClose}>
      <div className="dialog-body" tabIndex={-1}>
        {groups.map((group) => (
          <section key={group.title} className="help-group">
            <h3>{group.title}</h3>
            <dl>
              {group.keys.map(({ keys, does }) => (
                <div key={does} className="help-row">
                  <dt>
                    {keys.map((key) => (
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
      </div>
    </Dialog>
  );
}
