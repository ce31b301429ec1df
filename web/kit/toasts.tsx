// Short messages with, perhaps, one action. A toast that waits ends after its time, later while somebody points at it, has
// the focus in it or has a dialog open; a toast that tells a problem stays until it is closed. At most four at once: the oldest ends early.
import { createContext, type ReactNode, useContext, useEffect, useState } from "react";
import { type Cell, cell, useCell } from "./cell.ts";
import { ToastItem } from "./toast-item.tsx";

export interface ToastText {
  readonly kind: "done" | "problem";
  readonly text: string;
  /** A second, quiet line: the request id. */
  readonly detail?: string;
  readonly action?: { readonly label: string; readonly act: () => void };
  /** Until the toast ends by itself; without it, it stays. */
  readonly waitMs?: number;
  /** Called once when the toast ended in any way but by its action. */
  readonly onEnd?: () => void;
}

export interface Toast extends ToastText {
  readonly id: number;
}

export type HowEnded = "acted" | "ended" | "withdrawn";

const mostAtOnce = 4;

/** The messages of one page; they live outside of what is drawn, so that whoever works can tell something. */
export class Toasts {
  readonly open: Cell<readonly Toast[]> = cell<readonly Toast[]>([]);
  readonly pauses: Cell<number> = cell(0);
  readonly #alive = new Map<number, Toast>();
  #lastId = 0;

  /** Returns a function that takes the toast away, with nothing called. */
  show(text: ToastText): () => void {
    this.#lastId += 1;
    const toast = { ...text, id: this.#lastId };
    this.#alive.set(toast.id, toast);
    const [oldest] = this.#alive.values();
    if (this.#alive.size > mostAtOnce && oldest) this.end(oldest, "ended");
    this.#tell();
    return () => this.end(toast, "withdrawn");
  }

  end(toast: Toast, how: HowEnded): void {
    if (!this.#alive.delete(toast.id)) return;
    this.#tell();
    if (how === "acted") toast.action?.act();
    if (how === "ended") toast.onEnd?.();
  }

  /** Stops the waiting until the returned function is called. */
  pause(): () => void {
    this.pauses.set(this.pauses.get() + 1);
    return () => this.pauses.set(this.pauses.get() - 1);
  }

  #tell(): void {
    this.open.set([...this.#alive.values()]);
  }
}

const ToastContext = createContext<Toasts | undefined>(undefined);

export function useToasts(): Toasts {
  const toasts = useContext(ToastContext);
  if (!toasts) throw new Error("useToasts is called outside ToastProvider");
  return toasts;
}

export function ToastProvider({ toasts, children }: { readonly toasts: Toasts; readonly children: ReactNode }) {
  const open = useCell(toasts.open);
  const pauses = useCell(toasts.pauses);
  const [isTouched, setIsTouched] = useState(false);
  const isEmpty = open.length === 0;
  useEffect(() => {
    if (isEmpty) setIsTouched(false); // what goes under the pointer tells nobody that the pointer left
  }, [isEmpty]);
  return (
    <ToastContext value={toasts}>
      {children}
      <section
        className="toasts"
        aria-label="Messages"
        onPointerEnter={() => setIsTouched(true)}
        onPointerLeave={() => setIsTouched(false)}
        onFocus={() => setIsTouched(true)}
        onBlur={() => setIsTouched(false)}
      >
        <div role="status" className="toast-list">
          {open.map((toast) => (
            <ToastItem key={toast.id} toast={toast} isPaused={isTouched || pauses > 0} onEnd={(ended, how) => toasts.end(ended, how)} />
          ))}
        </div>
      </section>
    </ToastContext>
  );
}
