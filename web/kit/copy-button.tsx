// A button that copies a text. Where the browser gives no clipboard (a page opened by address without TLS) it selects the text, so
// that the person's own keys copy it; either is said aloud.
import { type RefObject, useRef, useState } from "react";
import { CopyIcon } from "./icons.tsx";

export interface CopyButtonProps {
  /** What is copied, as the button names it: `request id`. */
  readonly what: string;
  readonly text: string;
  /** Where the text stands. */
  readonly source: RefObject<HTMLElement | null>;
}

export function CopyButton({ what, text, source }: CopyButtonProps) {
  const [said, setSaid] = useState("");
  const rounds = useRef(0);
  const copy = async () => {
    const words = await copied(text, source.current);
    rounds.current += 1;
    setSaid(`${words}${rounds.current % 2 === 0 ? "" : "\u00a0"}`); // the same words again would not be announced
  };
  return (
    <span className="copy">
      <button type="button" className="icon-button" aria-label={`Copy the ${what}`} title={`Copy the ${what}`} onClick={() => void copy()}>
        <CopyIcon />
      </button>
      <span role="status" className="copy-said">
        {said}
      </span>
    </span>
  );
}

async function copied(text: string, source: HTMLElement | null): Promise<string> {
  try {
    await navigator.clipboard.writeText(text);
    return "Copied";
  } catch {
    if (source) getSelection()?.selectAllChildren(source);
    return "Selected: press Ctrl+C";
  }
}
