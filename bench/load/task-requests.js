// Requests for tasks as bytes, for an open loop: a working day's mixture, or one kind alone.

/** The ids that are there, without a gap. @typedef {{ readonly first: number, readonly last: number }} Range */

/**
 * 60 % one task, 20 % a page, 20 % a new task.
 * @param {Range & { readonly random: import("./random.js").Random }} options
 * @returns {import("./open-loop.js").Request}
 */
export function taskRequests({ first, last, random }) {
  const read = readRequests({ first, last, random });
  return (index) => {
    const choice = random();
    if (choice < 0.6) return read(index);
    return choice < 0.8 ? { bytes: get("/api/tasks?status=pending&limit=20"), kind: "list" } : { bytes: post(defaultTask), kind: "post" };
  };
}

/** One task by random id. @param {Range & { readonly random: import("./random.js").Random }} options @returns {import("./open-loop.js").Request} */
export function readRequests({ first, last, random }) {
  return () => ({ bytes: get(`/api/tasks/${first + Math.floor(random() * (last - first + 1))}`), kind: "get" });
}

/** A new task each. @param {object} task @returns {import("./open-loop.js").Request} */
export function addRequests(task) {
  const bytes = post(task);
  return () => ({ bytes, kind: "post" });
}

const defaultTask = { title: "one more of the load" };

/** @param {string} path */
function get(path) {
  return `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;
}

/** @param {object} task */
function post(task) {
  const body = JSON.stringify(task);
  return `POST /api/tasks HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
}
