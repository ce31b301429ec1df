// Which rows of a long list are in the page: those in sight and a few beside them, so that 10,000 cost as little as 20. All rows
// have the same height. Source: https://developer.mozilla.org/docs/Web/API/ResizeObserver
import { type RefObject, useLayoutEffect, useState } from "react";

export interface RowWindow {
  readonly first: number;
  /** One past the last. */
  readonly end: number;
}

export interface WindowOptions {
  readonly scroller: RefObject<HTMLElement | null>;
  readonly rows: number;
  readonly rowPx: number;
  /** What stands above the first row inside the scroller. */
  readonly topPx?: number;
}

const stepRows = 4;
const besideRows = 6;

export function useWindow({ scroller, rows, rowPx, topPx = 0 }: WindowOptions): RowWindow {
  const [inSight, setInSight] = useState(() => windowOf(0, innerHeight, rowPx));
  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const measure = () => {
      const found = windowOf(element.scrollTop - topPx, element.clientHeight, rowPx);
      setInSight((known) => (isEnough(known, found) ? known : found));
    };
    measure();
    const sizes = new ResizeObserver(measure);
    sizes.observe(element);
    element.addEventListener("scroll", measure, { passive: true });
    return () => {
      sizes.disconnect();
      element.removeEventListener("scroll", measure);
    };
  }, [scroller, rowPx, topPx]);
  const end = Math.min(inSight.end, rows);
  return { first: Math.min(inSight.first, end), end };
}

/** Moves in steps of a few rows, so that not every pixel draws. */
function windowOf(fromPx: number, heightPx: number, rowPx: number): RowWindow {
  const first = Math.floor(Math.max(0, fromPx) / rowPx / stepRows) * stepRows;
  const end = first + stepRows + Math.ceil(heightPx / rowPx);
  return { first: Math.max(0, first - besideRows), end: end + besideRows };
}

/** A few rows more than it takes are not worth drawing anew: so the first guess, which is the height of the window, mostly stays. */
function isEnough(known: RowWindow, found: RowWindow): boolean {
  const more = found.first - known.first + (known.end - found.end);
  return known.first <= found.first && known.end >= found.end && more <= stepRows;
}

/** Scrolls as little as it takes to have a row in sight. */
export function scrollToRow(element: HTMLElement, options: { readonly row: number; readonly rowPx: number; readonly topPx: number }): void {
  const { row, rowPx, topPx } = options;
  const top = topPx + row * rowPx;
  if (top < element.scrollTop + topPx) element.scrollTop = Math.max(0, top - topPx);
  else if (top + rowPx > element.scrollTop + element.clientHeight) element.scrollTop = top + rowPx - element.clientHeight;
}
