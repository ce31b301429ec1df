// One toast, and the clock that ends it.
import { useEffect, useRef } from "react";
import { CrossIcon } from "./icons.tsx";
import type { HowEnded, Toast } from "./toasts.tsx";

export interface ToastItemProps {
  readonly toast: Toast;
  readonly isPaused: boolean;
  readonly onEnd: (toast: Toast, how: HowEnded) => void;
}

export function ToastItem({ toast, isPaused, onEnd }: ToastItemProps) {
  useCountdown(toast.waitMs, isPaused, () => onEnd(toast, "ended"));
  return (
    <div className={`toast toast-${toast.kind}`}>
      <p className="toast-words">{toast.text}</p>
      {toast.action && (
        <button type="button" className="button button-bare" onClick={() => onEnd(toast, "acted")}>
          {toast.action.label}
        </button>
      )}
      <button type="button" className="icon-button" aria-label="Close message" onClick={() => onEnd(toast, "ended")}>
        <CrossIcon />
      </button>
      {toast.detail && <p className="toast-detail">{toast.detail}</p>}
    </div>
  );
}

/** Calls `onEnd` after `waitMs` in which it was not paused; never when there is nothing to wait for. */
function useCountdown(waitMs: number | undefined, isPaused: boolean, onEnd: () => void): void {
  const leftMs = useRef(waitMs ?? 0);
  const latest = useRef(onEnd);
  latest.current = onEnd;
  useEffect(() => {
    if (waitMs === undefined || isPaused) return;
    const startedMs = performance.now();
    const timer = setTimeout(() => latest.current(), leftMs.current);
    return () => {
      clearTimeout(timer);
      leftMs.current -= performance.now() - startedMs;
    };
  }, [waitMs, isPaused]);
}
