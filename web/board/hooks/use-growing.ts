// How many of a long list's rows are in the page: the first screen at once, the rest in portions between which the browser
// can draw and answer. All of them are there in the end, so that the browser's own search finds each.
import { startTransition, useEffect, useState } from "react";

const firstRows = 40;
const portionRows = 150;

export function useGrowing(totalRows: number): number {
  const [rows, setRows] = useState(firstRows);
  useEffect(() => {
    if (rows >= totalRows) return;
    const timer = setTimeout(() => startTransition(() => setRows(rows + portionRows)));
    return () => clearTimeout(timer);
  }, [rows, totalRows]);
  return Math.min(rows, totalRows);
}
