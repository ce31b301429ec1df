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
import { observe, taken } from "./observe.js";

export const options = {
  engine: { type: "string", multiple: true, default: ["postgres", "mariadb"] },
  rounds: { type: "string", default: "3" },
  tasks: { type: "string", default: "10000" },
};

const targets = { firstViewMs: 1_000, inpMs: 100, longTaskMs: 50, scriptBytes: 250_000 };
const switches = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const board = fileURLToPath(new URL("../../dist/board/", import.meta.url));
const scrolledFrames = 200;
const waitMs = 60_000;

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
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  page.setDefaultTimeout(waitMs);
  try {
    await page.addInitScript(observe, tasks);
    await page.goto(url);
    await page.waitForFunction(() => window.bench.wholeMs !== undefined);
    const { firstViewMs, wholeMs, longTasksMs: loadingMs } = await page.evaluate(taken);
    const scrollingMs = { columns: await scroll(page, ".cards"), list: 0 };
    const inp = {};
    for (const { name, act } of interactions) {
      await page.evaluate(taken);
      await act(page);
      await page.waitForTimeout(500);
      inp[name] = longest((await page.evaluate(taken)).eventsMs);
    }
    await page.goto(`${url}/?view=list`);
    await page.waitForFunction(() => window.bench.wholeMs !== undefined);
    scrollingMs.list = await scroll(page, ".list-scroller");
    return { firstViewMs, wholeMs, loadingMs: longest(loadingMs), scrollingMs, inp };
  } finally {
    await page.close();
  }
}

/** The longest task while 200 frames scroll a screen's third each. */
async function scroll(page, scroller) {
  await page.evaluate(taken);
  await page.evaluate(
    async ({ selector, frames }) => {
      const element = document.querySelector(selector);
      for (let frame = 0; frame < frames; frame++) {
        element.scrollTop += 300;
        await new Promise((resolve) => requestAnimationFrame(resolve));
      }
    },
    { selector: scroller, frames: scrolledFrames },
  );
  await page.waitForTimeout(200);
  return longest((await page.evaluate(taken)).longTasksMs);
}

function longest(values) {
  return Math.max(0, ...values);
}

function resultOf(samples) {
  const middle = (of) => median(samples.map(of));
  const inp = Object.fromEntries(interactions.map(({ name }) => [name, middle((sample) => sample.inp[name])]));
  return {
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
  console.log(`\n${engine}: ${whole(settings.tasks)} tasks, median of ${settings.rounds} rounds\n`);
  printTable([
    ["", "measured", "target"],
    ["first view", ms(results.firstViewMs), `≤ ${ms(targets.firstViewMs)}`],
    ["everything loaded", ms(results.wholeMs), ""],
    ["longest task, columns scrolling", ms(results.scrollingMs.columns), `≤ ${ms(targets.longTaskMs)}`],
    ["longest task, list scrolling", ms(results.scrollingMs.list), `≤ ${ms(targets.longTaskMs)}`],
    ...Object.entries(results.inp).map(([name, value]) => [`INP: ${name}`, ms(value), `≤ ${ms(targets.inpMs)}`]),
    ["JavaScript, gzipped", `${whole(results.scriptBytes)} bytes`, `≤ ${whole(targets.scriptBytes)}`],
  ]);
}
