// Reads the document of the server that served this page.
import { useEffect, useState } from "react";
import { ApiProblem, send } from "../kit/api.ts";
import type { ApiDocument } from "./document.ts";

export type Reading =
  | { readonly state: "reading" }
  | { readonly state: "failed"; readonly because: string; readonly requestId: string; readonly again: () => void }
  | { readonly state: "read"; readonly document: ApiDocument };

export function useDocument(): Reading {
  const [reading, setReading] = useState<Reading>({ state: "reading" });
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    const gone = new AbortController();
    const again = () => setAttempt(attempt + 1);
    setReading({ state: "reading" });
    send<ApiDocument>({ method: "GET", path: "/api/openapi.json", signal: gone.signal }).then(
      ({ body }) => setReading({ state: "read", document: body }),
      (thrown: unknown) => {
        if (gone.signal.aborted) return;
        const problem = thrown instanceof ApiProblem ? thrown : undefined;
        setReading({ state: "failed", because: problem?.title ?? String(thrown), requestId: problem?.requestId ?? "", again });
      },
    );
    return () => gone.abort();
  }, [attempt]);
  return reading;
}
