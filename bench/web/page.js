// The board in a page of its own, and scrolling in it.
import { observe, taken } from "./observe.js";

const waitMs = 60_000;
const scrolledFrames = 200;

/** Opens the board in a new profile, lets `work` have the page when everything is loaded, and closes it. */
export async function withBoard({ browser, url, tasks }, work) {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  page.setDefaultTimeout(waitMs);
  try {
    await page.addInitScript(observe, tasks);
    await openWhole(page, url);
    return await work(page);
  } finally {
    await page.close();
  }
}

/** Until every task is there. */
export async function openWhole(page, url) {
  await page.goto(url);
  await page.waitForFunction(() => window.bench.wholeMs !== undefined);
}

/** 200 frames, a screen's third each. */
export async function scroll(page, scroller) {
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
}

/** What the page noted while `work` was done and a little longer. */
export async function notedDuring(page, work, lingerMs = 0) {
  await page.evaluate(taken);
  await work();
  await page.waitForTimeout(lingerMs);
  return page.evaluate(taken);
}
