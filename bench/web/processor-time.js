// The longest task of the page's main thread in processor time, from Chromium's trace: what the page itself takes. The time on the
// wall is also that of whoever else wants the cores. Source: chromedevtools.github.io/devtools-protocol/tot/Tracing
import { interactions } from "./interactions.js";
import { openWhole, scroll, withBoard } from "./page.js";

const categories = ["toplevel", "__metadata"];
const lingerMs = 400;

/** A visit of its own, since tracing costs too. @returns {Promise<Readonly<Record<string, number>>>} ms by what was done */
export async function processorTimes({ browser, url, tasks }) {
  return withBoard({ browser, url, tasks }, async (page) => {
    const times = { columns: await longestTask(page, () => scroll(page, ".cards")) };
    for (const { name, act } of interactions) times[name] = await longestTask(page, () => act(page));
    await openWhole(page, `${url}/?view=list`);
    times.list = await longestTask(page, () => scroll(page, ".list-scroller"));
    return times;
  });
}

async function longestTask(page, act) {
  const client = await page.context().newCDPSession(page);
  const events = [];
  client.on("Tracing.dataCollected", ({ value }) => events.push(...value));
  await client.send("Tracing.start", { transferMode: "ReportEvents", traceConfig: { includedCategories: categories } });
  await act();
  await page.waitForTimeout(lingerMs);
  const isComplete = new Promise((resolve) => client.once("Tracing.tracingComplete", resolve));
  await client.send("Tracing.end");
  await isComplete;
  await client.detach();
  return longestIn(events);
}

/** Of the renderer that did the most: others stand by. `tdur` is in microseconds of the thread's own time. */
function longestIn(events) {
  const mainThreads = new Set(events.filter(({ name, args }) => name === "thread_name" && args.name === "CrRendererMain").map(threadOf));
  const tasks = grouped(events);
  const [busiest = []] = [...tasks]
    .filter(([thread]) => mainThreads.has(thread))
    .map(([, own]) => own.filter(({ name, tdur }) => name === "ThreadControllerImpl::RunTask" && tdur !== undefined))
    .sort((one, other) => other.length - one.length);
  if (busiest.length === 0) throw new Error("Chromium's trace has no tasks of the page");
  return Math.max(...busiest.map(({ tdur }) => tdur)) / 1_000;
}

function grouped(events) {
  const groups = new Map();
  for (const event of events) {
    const thread = threadOf(event);
    if (!groups.has(thread)) groups.set(thread, []);
    groups.get(thread).push(event);
  }
  return groups;
}

function threadOf({ pid, tid }) {
  return `${pid} ${tid}`;
}
