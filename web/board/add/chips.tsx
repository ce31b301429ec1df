// What a typed line was understood as, each with a button that makes it plain text again.
import type { ReactNode } from "react";
import { CalendarIcon, CrossIcon, PersonIcon, PriorityBars } from "../../kit/icons.tsx";
import { ProjectDot } from "../project-dot.tsx";
import type { Token } from "./quick-add.ts";

export function Chips({ tokens, onKeep }: { readonly tokens: readonly Token[]; readonly onKeep: (token: Token) => void }) {
  return (
    <div className="chips" role="status" aria-label="Understood">
      {tokens.map((token) => (
        <span key={token.kind} className="chip">
          <span className="hidden-text">{kindTitles[token.kind]} </span>
          {iconOf(token)}
          <span className="chip-label">{token.label}</span>
          <button
            type="button"
            className="chip-off"
            title={`Leave “${token.text}” in the title`}
            aria-label={`Leave “${token.text}” in the title`}
            onClick={() => onKeep(token)}
          >
            <CrossIcon size={12} />
          </button>
        </span>
      ))}
    </div>
  );
}

const kindTitles = { priority: "priority", project: "project", person: "assigned to", due: "due" } as const;

function iconOf({ kind, label, id }: Token): ReactNode {
  if (kind === "priority") return <PriorityBars priority={["Low", "Medium", "High"].indexOf(label) + 1} />;
  if (kind === "person") return <PersonIcon />;
  return kind === "due" ? <CalendarIcon /> : <ProjectDot projectId={id ?? 0} />;
}
