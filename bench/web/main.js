// npm run bench web: the board with 10,000 tasks in Chromium: how soon it is seen, how soon an interaction is answered (INP), long
// tasks while it scrolls, and how much JavaScript it is. Each round is a new profile; what is told is the median of the rounds.
// Source: https://web.dev/articles/inp
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { chromium } from "playwright-core";
import { loadTasks } from "../api/tasks.js";
import { countOf, median, printTable, whole } from "../support/figures.js";
import { standingHouse } from "../support/house.js";
import { openRecord, writeRecord } from "../support/record.js";
import { inScope, temporaryDirectory } from "../support/scope.js";
import { interactions } from "./interactions.js";
import { taken } from "./observe.js";
import { notedDuring, openWhole, scroll, withBoard } from "./page.js";
import { processorTimes } from "./processor-time.js";

export const options = {
  engine: { type: "string", multiple: true, default: ["postgres", "mariadb"] },
  rounds: { type: "string", default: "3" },
  tasks: { type: "string", default: "10000" },
};

const targets = { firstViewMs: 1_000, inpMs: 100, longTaskMs: 50, scriptBytes: 250_000 };
const switches = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const board = fileURLToPath(new URL("../../dist/board/", import.meta.url));

/** @returns {Promise<number>} */
export async function run(values, signal) {
  const settings = { rounds: countOf(values, "rounds"), tasks: countOf(values, "tasks") };
  for (const engine of values.engine) await measure({ engine, settings, signal });
  return 0;
}

async function measure({ engine, settings, signal }) {
  await inScope(async (later) => {
    const record = openRecord();
    const root = await temporaryDirectory(later);
    const house = await standingHouse({ engine, root, signal, later });
    await loadTasks(house, settings.tasks);
    const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: switches });
    later(() => browser.close());
    const samples = [];
    for (let round = 1; round <= settings.rounds; round++) {
      process.stderr.write(`${engine}: round ${round} of ${settings.rounds}\n`);
      samples.push(await visit(browser, house.url, settings.tasks));
    }
    const results = { ...resultOf(samples), scriptBytes: await scriptBytes() };
    report({ engine, settings, results });
    const versions = { database: house.seen.database.split(",")[0], chromium: browser.version() };
    console.log(`\n${writeRecord(`web-${engine}`, { bench: "web", engine, ...record, settings, versions, targets, results, samples })}\n`);
  });
}

async function visit(browser, url, tasks) {
  const timed = await withBoard({ browser, url, tasks }, async (page) => {
    const { firstViewMs, wholeMs, longTasksMs: loadingMs } = await page.evaluate(taken);
    const columns = await notedDuring(page, () => scroll(page, ".cards"));
    const inp = {};
    for (const { name, act } of interactions) inp[name] = longest((await notedDuring(page, () => act(page), 500)).eventsMs);
    await openWhole(page, `${url}/?view=list`);
    const list = await notedDuring(page, () => scroll(page, ".list-scroller"));
    const scrollingMs = { columns: longest(columns.longTasksMs), list: longest(list.longTasksMs) };
    return { firstViewMs, wholeMs, loadingMs: longest(loadingMs), scrollingMs, inp };
  });
  return { ...timed, processorMs: await processorTimes({ browser, url, tasks }) };
}

function longest(values) {
  return Math.max(0, ...values);
}

function resultOf(samples) {
  const middle = (of) => median(samples.map(of));
  const inp = Object.fromEntries(interactions.map(({ name }) => [name, middle((sample) => sample.inp[name])]));
  const processorMs = Object.fromEntries(Object.keys(samples[0].processorMs).map((name) => [name, middle((sample) => sample.processorMs[name])]));
  return {
    processorMs,
    firstViewMs: middle((sample) => sample.firstViewMs),
    wholeMs: middle((sample) => sample.wholeMs),
    inpMs: longest(Object.values(inp)),
    inp,
    scrollingMs: { columns: middle((sample) => sample.scrollingMs.columns), list: middle((sample) => sample.scrollingMs.list) },
  };
}

/** Of the scripts that the board's page names; the reference page has its own. */
async function scriptBytes() {
  const html = await readFile(join(board, "index.html"), "utf8");
  const names = [...html.matchAll(/(?:src|href)="\/([^"]+\.js)"/g)].map(([, name]) => name);
  const sizes = await Promise.all(names.map(async (name) => gzipSync(await readFile(join(board, name))).length));
  return sizes.reduce((sum, size) => sum + size, 0);
}

function report({ engine, settings, results }) {
  const ms = (value) => `${whole(value)} ms`;
  const { processorMs, scrollingMs, inp } = results;
  const row = (title, value, own, target) => [title, value, own === undefined ? "" : `${own.toFixed(1)} ms`, target];
  console.log(`\n${engine}: ${whole(settings.tasks)} tasks, median of ${settings.rounds} rounds\n`);
  printTable([
    ["", "measured", "longest task, processor time", "target"],
    row("first view", ms(results.firstViewMs), undefined, `≤ ${ms(targets.firstViewMs)}`),
    row("everything loaded", ms(results.wholeMs), undefined, ""),
    row("longest task, columns scrolling", ms(scrollingMs.columns), processorMs.columns, `≤ ${ms(targets.longTaskMs)}`),
    row("longest task, list scrolling", ms(scrollingMs.list), processorMs.list, `≤ ${ms(targets.longTaskMs)}`),
    ...Object.entries(inp).map(([name, value]) => row(`INP: ${name}`, ms(value), processorMs[name], `≤ ${ms(targets.inpMs)}`)),
    row("JavaScript, gzipped", `${whole(results.scriptBytes)} bytes`, undefined, `≤ ${whole(targets.scriptBytes)}`),
  ]);
}
