// Many tasks: few of them in the page at a time, all of them within reach; and more than the board loads, told honestly.
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { TestHouse } from "../support/houses.ts";
import { column, gone, seen, titlesIn } from "./parts.ts";
import { boardUrl, call, findings, houseOfItsOwn, startBrowser, type Visit, visit } from "./support.ts";

let browser: Browser;
let house: TestHouse;
beforeAll(async () => {
  house = await houseOfItsOwn();
  browser = await startBrowser();
});
afterAll(async () => {
  await browser.close();
  await house[Symbol.asyncDispose]();
});

const settled = { timeout: 30_000 };
const atOnce = 1_000;

/** `title 1` is the oldest. */
async function fill({ project }: Visit, count: number): Promise<void> {
  for (let start = 0; start < count; start += atOnce) {
    const task = (index: number) => ({ op: "create", task: { title: `title ${start + index + 1}`, project_id: project.id, priority: index % 3 } });
    await call("POST", "/api/tasks/bulk", { operations: Array.from({ length: Math.min(atOnce, count - start) }, (_, index) => task(index)) });
  }
}

async function empty(projectId: number): Promise<void> {
  const { groups } = await call<{ groups: readonly { priority: number; count: number }[] }>(
    "GET",
    `/api/tasks/stats?group=priority&project_id=${projectId}`,
  );
  for (const { priority, count } of groups) {
    await call("POST", "/api/tasks/bulk", { operations: [{ op: "delete_where", filter: { project_id: projectId, priority }, count }] });
  }
}

const inPage = (page: Page) => page.locator("[data-task-id]").count();
const focused = (page: Page) => page.evaluate(() => document.activeElement?.textContent);

describe("two thousand tasks", () => {
  test("are in reach by keys, by scrolling, by search and by order, with some dozens in the page", async () => {
    await using visited = await visit(browser);
    const { page, complaints } = visited;
    await fill(visited, 2_000);
    await expect.poll(() => column(page, "Pending").locator(".count").innerText(), settled).toBe("2,000");
    expect(await inPage(page)).toBeLessThan(60);
    await page.locator("#tasks").focus();
    await page.keyboard.press("j");
    expect(await focused(page)).toBe("title 2000");
    await page.keyboard.press("End");
    await expect.poll(() => focused(page)).toBe("title 1");
    expect(await inPage(page)).toBeLessThan(60);
    await page.keyboard.press("k");
    await expect.poll(() => focused(page)).toBe("title 2");
    await page.keyboard.press("Home");
    await expect.poll(() => focused(page)).toBe("title 2000");
    await page
      .locator(".cards")
      .first()
      .evaluate((cards) => cards.scrollTo(0, 66 * 1_000));
    await expect.poll(() => titlesIn(page, "Pending")).toContain("title 1000");
    expect(await focused(page)).toBe("title 2000");
    await page.keyboard.press("j");
    await expect.poll(() => focused(page)).toBe("title 1999");
    await page.keyboard.press("/");
    await page.keyboard.type("title 777");
    await expect.poll(() => titlesIn(page, "Pending")).toEqual(["title 777"]);
    expect(complaints).toEqual([]);
  });

  test("are all passed when the list is scrolled from end to end", async () => {
    await using visited = await visit(browser);
    const { page, project } = visited;
    await fill(visited, 1_500);
    await page.goto(`${boardUrl()}/?view=list&project=${project.id}&sort=id`);
    await seen(page.locator("tr[data-task-id]"));
    await expect.poll(() => page.getByRole("table").getAttribute("aria-rowcount"), settled).toBe("1501");
    await gone(page.getByText(/are here, more follow/));
    const passed = await page.evaluate(async () => {
      const scroller = document.querySelector(".list-scroller") as HTMLElement;
      const found = new Set<string>();
      for (let top = 0; top < scroller.scrollHeight; top += scroller.clientHeight) {
        scroller.scrollTop = top;
        await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
        for (const row of document.querySelectorAll(".card-open")) found.add(row.textContent ?? "");
      }
      return found.size;
    });
    expect(passed).toBe(1_500);
    expect(await findings(page)).toEqual([]);
  });
});

describe("more than the board loads", () => {
  test("are counted and searched by the database, and the page says what it has", async () => {
    await using visited = await visit(browser);
    const { page, project, complaints } = visited;
    await fill(visited, 20_500);
    try {
      await page.goto(`${boardUrl()}/?project=${project.id}`);
      await expect.poll(() => column(page, "Pending").locator(".count").innerText(), settled).toBe("20,500");
      await page.getByText("are loaded. Search, filters and counts ask the database.").waitFor({ timeout: 60_000 });
      await page.keyboard.press("/");
      await page.keyboard.type("title 77");
      await expect.poll(() => column(page, "Pending").locator(".count").innerText(), settled).toBe("111");
      await page.getByRole("searchbox").fill("title 77 and no more");
      await seen(page.getByRole("heading", { name: "Nothing found" }));
      await page.getByRole("searchbox").fill("");
      await page.goto(`${boardUrl()}/?project=${project.id}&sort=id&view=list`);
      await seen(page.getByRole("button", { name: "title 1", exact: true }));
      await page.locator("#tasks").focus();
      await page.keyboard.press("j");
      await page.keyboard.press("End");
      await expect.poll(() => focused(page)).toBe("title 100");
      await seen(page.getByText(/\d of 20,500 are here, more follow/));
      await expect.poll(() => page.getByText(/^600 of/).count(), settled).toBe(1);
      expect(complaints).toEqual([]);
    } finally {
      await empty(project.id);
    }
    await gone(page.getByText("are loaded. Search, filters"));
  });
});
