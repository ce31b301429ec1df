// Where the board begins: the styles, the cache of the server's answers, and the page. A fault of the board's own ends in
// one honest sentence instead of an empty page.
import "../kit/tokens.css";
import "../kit/reset.css";
import "../kit/buttons.css";
import "../kit/fields.css";
import "../kit/dialog.css";
import "../kit/toast.css";
import "../kit/theme.css";
import "./board.css";
import "./sidebar.css";
import "./column.css";
import "./card.css";
import "./help-sheet.css";
import "./stats/stats.css";
import "./trace/trace.css";
import "./narrow.css";
import { QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { ToastProvider } from "../kit/toasts.tsx";
import { Board } from "./board.tsx";
import { createQueryClient } from "./query-client.ts";

const place = document.querySelector<HTMLElement>("#board");
if (!place) throw new Error("index.html has no #board");

const fault = "The board met a fault of its own. What was saved is safe; reload the page to go on.";

createRoot(place, { onUncaughtError: () => document.body.replaceChildren(fault) }).render(
  <StrictMode>
    <QueryClientProvider client={createQueryClient()}>
      <ToastProvider>
        <Board />
      </ToastProvider>
    </QueryClientProvider>
  </StrictMode>,
);
