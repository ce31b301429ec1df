// Short messages with, perhaps, one action. A toast that waits ends after its time, later while somebody points at it, has
// the focus in it or has a dialog open; a toast that tells a problem stays until it is closed. At most four at once: the oldest ends early.
import { createContext, type ReactNode, useCallback, useContext, useMemo, useRef, useState } from "react";
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

export interface Toasts {
  /** Returns a function that takes the toast away, with nothing called. */
  show(toast: ToastText): () => void;
  /** Acts as if the newest "Undo" had been pressed. */
  undoNewest(): void;
  /** Stops the waiting until the returned function is called. */
  pause(): () => void;
}

const mostAtOnce = 4;
const ToastContext = createContext<Toasts | undefined>(undefined);

export function useToasts(): Toasts {
  const toasts = useContext(ToastContext);
  if (!toasts) throw new Error("useToasts is called outside ToastProvider");
  return toasts;
}

export function ToastProvider({ children }: { readonly children: ReactNode }) {
  const { open, show, end } = useOpenToasts();
  const [pauses, setPauses] = useState(0);
  const [isTouched, setIsTouched] = useState(false);
  const pause = useCallback(() => {
    setPauses((count) => count + 1);
    return () => setPauses((count) => count - 1);
  }, []);
  const newest = useRef<Toast | undefined>(undefined);
  newest.current = open.findLast((toast) => toast.kind === "done" && toast.action);
  const toasts = useMemo(() => ({ show, pause, undoNewest: () => newest.current && end(newest.current, "acted") }), [show, pause, end]);

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
            <ToastItem key={toast.id} toast={toast} isPaused={isTouched || pauses > 0} onEnd={end} />
          ))}
        </div>
      </section>
    </ToastContext>
  );
}

export type HowEnded = "acted" | "ended" | "withdrawn";

function useOpenToasts() {
  const [open, setOpen] = useState<readonly Toast[]>([]);
  const alive = useRef(new Map<number, Toast>());
  const lastId = useRef(0);
  const end = useCallback((toast: Toast, how: HowEnded) => {
    if (!alive.current.delete(toast.id)) return;
    setOpen([...alive.current.values()]);
    if (how === "acted") toast.action?.act();
    if (how === "ended") toast.onEnd?.();
  }, []);
  const show = useCallback(
    (text: ToastText) => {
      lastId.current += 1;
      const toast = { ...text, id: lastId.current };
      alive.current.set(toast.id, toast);
      const [oldest] = alive.current.values();
      if (alive.current.size > mostAtOnce && oldest) end(oldest, "ended");
      setOpen([...alive.current.values()]);
      return () => end(toast, "withdrawn");
    },
    [end],
  );
  return { open, show, end };
}
