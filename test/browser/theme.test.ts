/// <reference lib="dom" />
// Light, dark, or as the system has it: the choice wins over the system, outlives the page, is there before anything is drawn,
// and every state of it can be read (axe-core, at 1440 and 390 pixels).
import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { card, seen } from "./parts.ts";
import { boardUrl, createTask, findings, startBrowser, visit } from "./support.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(async () => {
  await browser.close();
});

const choice = (page: Page, title: string): Locator => page.getByRole("group", { name: "Theme" }).getByRole("button", { name: title });
const isDark = (page: Page) => page.evaluate(() => getComputedStyle(document.body).backgroundColor === "rgb(18, 18, 21)");
const chosen = (page: Page) => page.evaluate(() => document.documentElement.dataset["theme"]);

describe("the theme", () => {
  test("is the system's until one is chosen, then that one, over a reload too", async () => {
    await using visited = await visit(browser);
    const { page, complaints } = visited;
    expect(await isDark(page)).toBe(false);
    await page.emulateMedia({ colorScheme: "dark" });
    expect(await isDark(page)).toBe(true);
    await choice(page, "Light").click();
    expect(await isDark(page)).toBe(false);
    await page.reload();
    await seen(choice(page, "Light").and(page.locator('[aria-pressed="true"]')));
    expect(await isDark(page)).toBe(false);
    expect(complaints).toEqual([]);
  });

  test("goes back to the system's, and the board's keys work right after", async () => {
    await using visited = await visit(browser);
    const { page } = visited;
    await choice(page, "Dark").click();
    expect(await isDark(page)).toBe(true);
    await choice(page, "As the system").click();
    expect(await isDark(page)).toBe(false);
    expect(await page.evaluate(() => localStorage.length)).toBe(0);
    await page.keyboard.press("?");
    await seen(page.getByRole("dialog", { name: "Help" }));
  });

  test("is there before the board's own script has run", async () => {
    await using visited = await visit(browser, [], { expectsFailures: true });
    const { page } = visited;
    await choice(page, "Dark").click();
    await page.route("**/assets/*.js", (route) => route.abort());
    await page.reload();
    expect(await page.locator("#board > *").count()).toBe(0);
    expect(await isDark(page)).toBe(true);
  });

  test("follows what is chosen in another tab", async () => {
    await using visited = await visit(browser);
    const { page } = visited;
    const other = await page.context().newPage();
    await other.goto(boardUrl());
    await choice(other, "Dark").click();
    await expect.poll(() => chosen(page)).toBe("dark");
    await seen(choice(page, "Dark").and(page.locator('[aria-pressed="true"]')));
  });

  test("is what it was when the browser keeps nothing, or something else", async () => {
    await using visited = await visit(browser);
    const { page, complaints } = visited;
    await page.evaluate(() => localStorage.setItem("rowhouse-theme", '"><img src=x onerror=alert(1)>'));
    await page.reload();
    expect(await chosen(page)).toBeUndefined();
    await page.addInitScript(() => {
      Object.defineProperty(window, "localStorage", {
        get: () => {
          throw new Error("kept from this page");
        },
      });
    });
    await page.reload();
    await choice(page, "Dark").click();
    expect(await isDark(page)).toBe(true);
    expect(complaints).toEqual([]);
  });
});

describe.each([1440, 390])("at %d pixels axe-core finds nothing", (width) => {
  test.each([
    ["Light", "dark"],
    ["Dark", "light"],
  ] as const)("in %s on a system that is %s", async (title, colorScheme) => {
    await using visited = await visit(browser, [], { isDark: colorScheme === "dark" });
    const { page, project, complaints } = visited;
    await createTask({ title: "late and urgent", project_id: project.id, priority: 3, due_date: "2020-01-01T00:00:00Z" });
    await page.setViewportSize({ width, height: 844 });
    await page.reload();
    await seen(card(page, "late and urgent"));
    if (width < 960) await page.getByRole("button", { name: "Projects" }).click();
    await choice(page, title).click();
    expect(await findings(page)).toEqual([]);
    expect(complaints).toEqual([]);
  });
});
