// A modal dialog on the browser's own element, which keeps the focus inside, answers Escape and gives the focus back. A panel at
// the right edge, a drawer at the left, a sheet in the middle, or a popup beside what opened it, which is a sheet at the lower edge on a phone.
// Source: https://html.spec.whatwg.org/multipage/interactive-elements.html#the-dialog-element
import { type ReactNode, type RefObject, useEffect, useId, useLayoutEffect, useRef } from "react";
import { CrossIcon } from "./icons.tsx";
import { useToasts } from "./toasts.tsx";

export interface DialogProps {
  readonly title: string;
  readonly shape: "panel" | "sheet" | "popup" | "drawer";
  /** What a popup stands beside; in the middle without it. */
  readonly anchor?: DOMRect | undefined;
  /** Called on Escape, on the close button and on a press beside the dialog. */
  readonly onClose: () => void;
  /** What is marked `data-first-focus` has the focus first, but for touch, where that would open the keyboard. */
  readonly children: ReactNode;
}

export function Dialog({ title, shape, anchor, onClose, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  const toasts = useToasts();
  useLayoutEffect(() => {
    const element = dialog.current;
    element?.showModal();
    if (!matchMedia("(pointer: coarse)").matches) element?.querySelector<HTMLElement>("[data-first-focus]")?.focus();
    return () => element?.close();
  }, []);
  useEffect(() => toasts.pause(), [toasts]); // what can be undone waits until it can be reached again
  usePlaceBeside(dialog, anchor);

  return (
    <dialog
      ref={dialog}
      className={`dialog dialog-${shape}`}
      aria-labelledby={titleId}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onMouseDown={(event) => event.target === dialog.current && event.detail < 2 && onClose()}
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

const gapPx = 4;
const edgePx = 8;

/** Below the anchor when there is room, else above it, always inside of the page. */
function usePlaceBeside(dialog: RefObject<HTMLDialogElement | null>, anchor: DOMRect | undefined): void {
  useLayoutEffect(() => {
    const element = dialog.current;
    if (!element || !anchor || matchMedia("(max-width: 639px)").matches) return;
    const { width, height } = element.getBoundingClientRect();
    const below = anchor.bottom + gapPx;
    const top = below + height + edgePx <= innerHeight ? below : anchor.top - gapPx - height;
    element.style.left = `${within(anchor.left, innerWidth - width)}px`;
    element.style.top = `${within(top, innerHeight - height)}px`;
    element.style.margin = "0";
  }, [dialog, anchor]);
}

function within(px: number, mostPx: number): number {
  return Math.max(edgePx, Math.min(px, mostPx - edgePx));
}
