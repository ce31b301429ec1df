// What lives as long as the page: the tasks, the connection, the writes on their way, what can be undone, what is selected. Put
// together here by hand; the components find it in a context and draw what it holds.
import type { QueryClient } from "@tanstack/react-query";
import { createContext, useContext } from "react";
import type { Status } from "../../src/app/api/contract/parts.ts";
import type { Project } from "../../src/app/api/contract/projects.ts";
import { type Cell, cell } from "../kit/cell.ts";
import { Toasts } from "../kit/toasts.tsx";
import type { Connection } from "./data/connection.ts";
import { type Feed, feedFor } from "./data/feed.ts";
import { type Loader, loaderFor } from "./data/loader.ts";
import { Pages } from "./data/pages.ts";
import { refreshTasks } from "./data/refresh.ts";
import { TaskStore } from "./data/task-store.ts";
import { type Cursor, newCursor } from "./cursor.ts";
import type { OpenedTask } from "./edit/opened-task.ts";
import { keys } from "./query-client.ts";
import type { Picking } from "./select/pick-field.tsx";
import { newSelection, type Selection } from "./select/selection.ts";
import { type Actions, actionsFor } from "./writes/actions.ts";
import { Outbox } from "./writes/outbox.ts";
import type { Sent } from "./writes/send.ts";
import { undoStack } from "./writes/undo.ts";

export interface Session {
  readonly store: TaskStore;
  readonly connection: Connection;
  readonly loader: Loader;
  readonly pages: Pages;
  readonly feed: Feed;
  readonly outbox: Outbox;
  readonly actions: Actions;
  readonly toasts: Toasts;
  readonly cursor: Cursor;
  readonly selection: Selection;
  /** The task in the edit panel. */
  readonly opened: Cell<OpenedTask | null>;
  /** The id of the task whose title is a box. */
  readonly renaming: Cell<number | null>;
  readonly isArchiveOpen: Cell<boolean>;
  /** Whether the sidebar, which is a drawer on narrow pages, is open there. */
  readonly isDrawerOpen: Cell<boolean>;
  /** Whether "Add project" is a box. */
  readonly isNamingProject: Cell<boolean>;
  /** The column that a phone shows. */
  readonly tab: Cell<Status>;
  /** The field that is being picked for some tasks. */
  readonly picking: Cell<Picking | null>;
  /** Open when it is not null. */
  readonly filtering: Cell<{ readonly anchor: DOMRect | undefined } | null>;
  readonly isHelpOpen: Cell<boolean>;
  readonly isTraceOpen: Cell<boolean>;
  /** Said to those who do not see the board. */
  readonly announcement: Cell<string>;
  /** Begins to read and to listen; returns what ends both. */
  readonly start: () => () => void;
}

export function openSession({ client, connection }: { readonly client: QueryClient; readonly connection: Connection }): Session {
  const store = new TaskStore();
  const loader = loaderFor({ store, connection });
  const pages = new Pages({ store, connection });
  const toasts = new Toasts();
  const announcement = cell("");
  const onSent = (sent: Sent) => {
    if (sent.mustRead) void loader.load();
  };
  const outbox = new Outbox({ store, connection, onSent, refresh: (ids) => refreshTasks(store, ids) });
  const projectName = (id: number) =>
    client.getQueryData<readonly Project[]>(keys.projects)?.find((project) => project.id === id)?.name ?? `project ${id}`;
  const actions = actionsFor({ store, outbox, undo: undoStack(), toasts, projectName, announce: announcement.set });
  const onNews = newsFor({ client, loader, pages });
  const feed = feedFor({ store, loader, connection, isAdding: () => outbox.isAdding, onNews });
  const data = { store, connection, loader, pages, feed, outbox, actions };
  return { ...data, ...newScreen(), toasts, announcement, start: () => startSession(client, data) };
}

/** What is open, under the cursor and selected. */
function newScreen() {
  return {
    cursor: newCursor(),
    selection: newSelection(),
    opened: cell<OpenedTask | null>(null),
    renaming: cell<number | null>(null),
    isArchiveOpen: cell(false),
    isDrawerOpen: cell(false),
    isNamingProject: cell(false),
    tab: cell<Status>("pending"),
    picking: cell<Picking | null>(null),
    filtering: cell<{ readonly anchor: DOMRect | undefined } | null>(null),
    isHelpOpen: cell(false),
    isTraceOpen: cell(false),
  };
}

const newsPauseMs = 2_000;

/** What the server counts and names is read anew, once for many changes. */
function newsFor({ client, loader, pages }: { readonly client: QueryClient } & Pick<Session, "loader" | "pages">) {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const readCounts = () => {
    timer = undefined;
    void client.invalidateQueries({ queryKey: keys.projects });
    if (loader.coverage.get().state !== "part") return;
    void client.invalidateQueries({ queryKey: keys.counts });
    void pages.recount();
    loader.fill();
  };
  return (what: "tasks" | "projects") => {
    if (what === "projects") void client.invalidateQueries({ queryKey: keys.projects });
    if (timer === undefined) timer = setTimeout(readCounts, newsPauseMs);
  };
}

function startSession(client: QueryClient, parts: Pick<Session, "connection" | "loader" | "pages" | "feed" | "outbox">): () => void {
  const { connection, loader, pages, feed, outbox } = parts;
  let wasReady = connection.state.get().isReady;
  const stopWatching = connection.state.subscribe(() => {
    const { isReady } = connection.state.get();
    if (isReady && !wasReady) {
      void client.invalidateQueries();
      pages.again();
      void loader.load();
    }
    wasReady = isReady;
  });
  const askBeforeLeaving = (event: BeforeUnloadEvent) => {
    if (outbox.state.get().count > 0) event.preventDefault();
  };
  const stopFeed = feed.start();
  const stopListening = connection.listen();
  addEventListener("beforeunload", askBeforeLeaving);
  return () => {
    stopWatching();
    stopFeed();
    stopListening();
    removeEventListener("beforeunload", askBeforeLeaving);
  };
}

export const SessionContext = createContext<Session | undefined>(undefined);

export function useSession(): Session {
  const session = useContext(SessionContext);
  if (!session) throw new Error("useSession is called outside SessionContext");
  return session;
}
