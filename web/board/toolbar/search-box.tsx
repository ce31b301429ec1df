// Search as you type: in titles and descriptions, or `#12` for one task. Escape empties the box, then leaves it.
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { CrossIcon, SearchIcon } from "../../kit/icons.tsx";
import { currentAddress, go } from "../hooks/use-address.ts";
import type { BoardView } from "../hooks/use-board-view.ts";
import { useSession } from "../session.ts";

export const searchBoxId = "search";

/** A search of the database waits for a pause of the typing; what is loaded is searched at once. */
const pauseMs = 200;

export function SearchBox({ view }: { readonly view: BoardView }) {
  const { text, type } = useSearchText(view.coverage.state === "whole" ? 0 : pauseMs);
  const { cursor } = useSession();
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.nativeEvent.isComposing) return;
    const first = view.groups.find(({ tasks }) => tasks.length > 0)?.tasks[0];
    if (event.key === "Escape" && text !== "") type("");
    else if (event.key === "Escape") event.currentTarget.blur();
    else if ((event.key === "Enter" || event.key === "ArrowDown") && first) cursor.focus(first.id);
    else return;
    event.preventDefault();
  };
  return (
    <div className="search">
      <SearchIcon />
      <input
        id={searchBoxId}
        className="input"
        type="search"
        aria-label="Search"
        aria-keyshortcuts="/"
        placeholder="Search"
        autoComplete="off"
        enterKeyHint="search"
        maxLength={200}
        value={text}
        onKeyDown={onKeyDown}
        onChange={(event) => type(event.target.value)}
      />
      {text === "" ? (
        <kbd>/</kbd>
      ) : (
        <button type="button" className="icon-button" aria-label="Empty the search" onClick={() => type("")}>
          <CrossIcon />
        </button>
      )}
    </div>
  );
}

/** The text stands in the box at once and in the address after the pause; going back in history brings it back here. */
function useSearchText(waitMs: number): { readonly text: string; readonly type: (text: string) => void } {
  const [text, setText] = useState(currentAddress().search);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => {
    const onAddress = () => setText(currentAddress().search);
    addEventListener("popstate", onAddress);
    return () => removeEventListener("popstate", onAddress);
  }, []);
  const type = (typed: string) => {
    setText(typed);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => go({ search: typed }, "replace"), waitMs);
  };
  return { text, type };
}
