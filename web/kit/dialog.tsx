// A modal dialog on the browser's own element, which keeps the focus inside, answers Escape and gives the focus back.
// Source: https://html.spec.whatwg.org/multipage/interactive-elements.html#the-dialog-element
import { type ReactNode, useEffect, useId, useLayoutEffect, useRef } from "react";
import { CrossIcon } from "./icons.tsx";
import { useToasts } from "./toasts.tsx";

export interface DialogProps {
  readonly title: string;
  readonly shape: "panel" | "sheet";
  /** Called on Escape, on the close button and on a press beside the dialog. */
  readonly onClose: () => void;
  /** What is marked `data-first-focus` has the focus first, but for touch, where that would open the keyboard. */
  readonly children: ReactNode;
}

export function Dialog({ title, shape, onClose, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  const { pause } = useToasts();
  useLayoutEffect(() => {
    const element = dialog.current;
    element?.showModal();
    if (!matchMedia("(pointer: coarse)").matches) element?.querySelector<HTMLElement>("[data-first-focus]")?.focus();
    return () => element?.close();
  }, []);
  useEffect(() => pause(), [pause]); // what can be undone waits until it can be reached again

  return (
    <dialog
      ref={dialog}
      className={`dialog dialog-${shape}`}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onPointerDown={(event) => event.target === dialog.current && onClose()}
    >
      <div className="dialog-head">
        <h2 id={titleId}>{title}</h2>
        <button type="button" className="icon-button" aria-label="Close" onClick={onClose}>
          <CrossIcon />
        </button>
      </div>
      {children}
    </dialog>
  );
}
