// What was done on this page and can be taken back, the newest first, fifty deep. A key and the button of a message take back
// the same entry, and it is taken back once.
export interface Done {
  /** For the message after it was taken back. */
  readonly what: string;
  readonly undo: () => void;
  /** Takes the message with its button away. */
  readonly withdraw: () => void;
}

export interface UndoStack {
  /** Returns the function that takes `done` back, now or never again. */
  readonly push: (done: Done) => () => void;
  readonly forget: (done: Done) => void;
  /** Undefined when there is nothing to take back. */
  readonly undoNewest: () => Done | undefined;
}

const mostEntries = 50;

export function undoStack(): UndoStack {
  let stack: readonly Done[] = [];
  const forget = (done: Done) => {
    stack = stack.filter((other) => other !== done);
  };
  const take = (done: Done) => {
    if (!stack.includes(done)) return;
    forget(done);
    done.withdraw();
    done.undo();
  };
  return {
    push: (done) => {
      stack = [...stack, done].slice(-mostEntries);
      return () => take(done);
    },
    forget,
    undoNewest: () => {
      const newest = stack.at(-1);
      if (newest) take(newest);
      return newest;
    },
  };
}
