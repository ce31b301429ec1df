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
import "./notices.css";
import "./sidebar.css";
import "./toolbar/toolbar.css";
import "./add/add.css";
import "./cards/column.css";
import "./cards/card.css";
import "./list/list.css";
import "./select/select.css";
import "./drag/drag.css";
import "./keys/help-sheet.css";
import "./stats/stats.css";
import "./trace/trace.css";
import "./narrow.css";
import { QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { ToastProvider } from "../kit/toasts.tsx";
import { Board } from "./board.tsx";
import { Connection } from "./data/connection.ts";
import { createQueryClient } from "./query-client.ts";
import { openSession, SessionContext } from "./session.ts";

const place = document.querySelector<HTMLElement>("#board");
if (!place) throw new Error("index.html has no #board");

const fault = "The board met a fault of its own. What was saved is safe; reload the page to go on.";

const connection = new Connection();
const client = createQueryClient(connection);
const session = openSession({ client, connection });

createRoot(place, { onUncaughtError: () => document.body.replaceChildren(fault) }).render(
  <StrictMode>
    <QueryClientProvider client={client}>
      <SessionContext value={session}>
        <ToastProvider toasts={session.toasts}>
          <Board />
        </ToastProvider>
      </SessionContext>
    </QueryClientProvider>
  </StrictMode>,
);
session.start();
