// What the page notes about itself: when the first card was drawn, when everything was there, long tasks, and how long each
// interaction took until the next paint. Both functions run in the page. Source: w3.org/TR/event-timing, w3.org/TR/longtasks

/** @param {number} total how many tasks there are at least once everything is loaded; each round adds one */
export function observe(total) {
  const bench = { firstViewMs: undefined, wholeMs: undefined, longTasksMs: [], eventsMs: [] };
  window.bench = bench;
  const watch = (type, note, more = {}) =>
    new PerformanceObserver((list) => list.getEntries().forEach(note)).observe({ type, buffered: true, ...more });
  watch("longtask", (entry) => bench.longTasksMs.push(entry.duration));
  watch("event", (entry) => entry.interactionId && bench.eventsMs.push(entry.duration), { durationThreshold: 16 });
  const look = () => {
    if (document.querySelector("[data-task-id]")) bench.firstViewMs ??= performance.now();
    const count = document.querySelector(".view .count")?.textContent ?? "";
    if (Number(count.replaceAll(",", "")) >= total) bench.wholeMs ??= performance.now();
    if (bench.wholeMs === undefined) requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}

/** What was noted since it was taken last. */
export function taken() {
  const { bench } = window;
  return { ...bench, longTasksMs: bench.longTasksMs.splice(0), eventsMs: bench.eventsMs.splice(0) };
}
