// A phone's columns: one fills the page, the others are a swipe or a tab away. The tabs are also where a card is dropped.
// Source: https://www.w3.org/WAI/ARIA/apg/patterns/tabs/
import { type KeyboardEvent, type RefObject, useEffect, useRef } from "react";
import type { Status } from "../../../src/app/api/contract/parts.ts";
import { useCell } from "../../kit/cell.ts";
import { StatusIcon } from "../../kit/icons.tsx";
import type { BoardView } from "../hooks/use-board-view.ts";
import { useSession } from "../session.ts";
import { statusTitles } from "../statuses.ts";
import type { Group } from "../view/build.ts";
import { Column } from "./column.tsx";
import { columnProps } from "./column-props.ts";

/** Without a scroll for so long, the strip stands still; not every browser says so itself. */
const stillMs = 90;

export function SwipedColumns({ view }: { readonly view: BoardView }) {
  const { groups } = view;
  const { tab } = useSession();
  const chosenKey = useCell(tab);
  const chosen = Math.max(
    0,
    groups.findIndex(({ key }) => key === chosenKey),
  );
  const strip = useRef<HTMLDivElement>(null);
  const choose = (index: number) => tab.set((groups[index]?.key as Status | undefined) ?? "pending");
  useSwipes(strip, chosen, choose);
  return (
    <>
      <div className="tabs" role="tablist" aria-label="Status" onKeyDown={(event) => moveTab(event, chosen, groups, choose)}>
        {groups.map((group, index) => (
          <Tab key={group.key} group={group} isChosen={index === chosen} onChoose={() => choose(index)} />
        ))}
      </div>
      <div className="columns columns-swiped" ref={strip}>
        {groups.map((group, index) => (
          <div
            key={group.key}
            className="swiped"
            role="tabpanel"
            id={`panel-${group.key}`}
            aria-labelledby={`tab-${group.key}`}
            inert={index !== chosen}
            tabIndex={index === chosen && group.tasks.length === 0 ? 0 : undefined}
          >
            {Math.abs(index - chosen) <= 1 && <Column {...columnProps(view, group)} isFolded={false} />}
          </div>
        ))}
      </div>
    </>
  );
}

function Tab({ group, isChosen, onChoose }: { readonly group: Group; readonly isChosen: boolean; readonly onChoose: () => void }) {
  const status = group.key as Status;
  return (
    <button
      type="button"
      role="tab"
      id={`tab-${status}`}
      className="tab"
      data-drop-status={status}
      aria-selected={isChosen}
      aria-controls={`panel-${status}`}
      tabIndex={isChosen ? 0 : -1}
      onClick={onChoose}
    >
      <StatusIcon status={status} />
      <span className="tab-title">{statusTitles[status]}</span>
      <span className="count">{group.total?.toLocaleString("en-GB") ?? "–"}</span>
    </button>
  );
}

/** The strip follows the chosen tab, and the chosen tab follows the strip once it stands still. */
function useSwipes(strip: RefObject<HTMLElement | null>, chosen: number, choose: (index: number) => void): void {
  const latest = useRef(choose);
  latest.current = choose;
  useEffect(() => {
    const element = strip.current;
    if (element) element.scrollLeft = chosen * element.clientWidth;
  }, [strip, chosen]);
  useEffect(() => {
    const element = strip.current;
    if (!element) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const onScroll = () => {
      clearTimeout(timer);
      timer = setTimeout(() => latest.current(Math.round(element.scrollLeft / Math.max(1, element.clientWidth))), stillMs);
    };
    element.addEventListener("scroll", onScroll, { passive: true });
    return () => {
      clearTimeout(timer);
      element.removeEventListener("scroll", onScroll);
    };
  }, [strip]);
}

function moveTab(event: KeyboardEvent<HTMLElement>, chosen: number, groups: readonly Group[], choose: (index: number) => void): void {
  const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!by) return;
  event.preventDefault();
  const next = (chosen + by + groups.length) % groups.length;
  choose(next);
  document.getElementById(`tab-${groups[next]?.key}`)?.focus();
}
