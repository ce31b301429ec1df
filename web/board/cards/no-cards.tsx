// What stands where there are no cards: still reading, the server away, nothing found, or nothing to do.
import type { GroupPlan } from "../view/build.ts";

/** Why a group without tasks has none. */
export type Emptiness = "reading" | "away" | "filtered" | "empty";

export function NoCards({ place, emptiness }: { readonly place: GroupPlan["key"]; readonly emptiness: Emptiness }) {
  if (emptiness === "reading") return <Reading />;
  if (emptiness === "away") return <p className="column-words">Shown as soon as there is an answer.</p>;
  return <p className="column-words">{emptiness === "filtered" ? "None of these." : emptyWords[place]}</p>;
}

const emptyWords: Readonly<Record<GroupPlan["key"], string>> = {
  pending: "Nothing is waiting.",
  active: "Nobody is at work on anything.",
  complete: "Nothing is complete yet.",
  archived: "Nothing is archived.",
  list: "Nothing here yet.",
};

function Reading() {
  return (
    <div className="reading" role="status">
      <span className="hidden-text">Reading the tasks</span>
      {[1, 2, 3].map((card) => (
        <div key={card} className="reading-card" />
      ))}
    </div>
  );
}
