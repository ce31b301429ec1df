// The board without a mouse, from the first key to the last.
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addBox, card, column, gone, messages, panel, seen, tabPanel, titlesIn } from "./parts.ts";
import { startBrowser, tasksOf, visit } from "./support.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(async () => {
  await browser.close();
});

const settled = { timeout: 15_000 };

/** The name of what has the focus. */
async function focused(page: Page): Promise<string> {
  return page.evaluate(() => document.activeElement?.getAttribute("aria-label") ?? document.activeElement?.textContent ?? "");
}

describe("the keyboard", () => {
  test("a whole journey: add, go to a card, open, change, save, complete, undo, delete", async () => {
    await using visited = await visit(browser);
    const { page, project, complaints } = visited;
    const { keyboard } = page;
    await keyboard.press("n");
    for (const title of ["one", "two", "three"]) {
      await keyboard.type(title);
      await keyboard.press("Enter");
    }
    await expect.poll(() => tasksOf(project), settled).toHaveLength(3);
    await gone(page.getByText("saving…"));
    await keyboard.press("Escape");
    await keyboard.press("j");
    expect(await focused(page)).toBe("three");
    await keyboard.press("ArrowDown");
    expect(await focused(page)).toBe("two");
    await keyboard.press("Enter");
    await seen(panel(page));
    await keyboard.press("ControlOrMeta+a");
    await keyboard.type("two, changed");
    await keyboard.press("Enter");
    await gone(panel(page));
    await expect.poll(() => focused(page)).toBe("two, changed");
    await keyboard.press("c");
    await expect.poll(() => titlesIn(page, "Complete")).toEqual(["two, changed"]);
    expect(await focused(page)).toBe("one");
    await keyboard.press("u");
    await expect.poll(() => titlesIn(page, "Pending")).toEqual(["three", "two, changed", "one"]);
    await keyboard.press("d");
    await expect.poll(() => titlesIn(page, "Pending")).toEqual(["three", "two, changed"]);
    expect(await focused(page)).toBe("two, changed");
    await expect.poll(async () => (await tasksOf(project)).map(({ title }) => title), settled).toEqual(["two, changed", "three"]);
    expect(complaints).toEqual([]);
  });

  test("arrows and letters go to the columns beside, digits move a card", async () => {
    await using visited = await visit(browser, ["stays", "goes"]);
    const { page, project } = visited;
    await seen(card(page, "goes"));
    await page.keyboard.press("j");
    await page.keyboard.press("2");
    await expect.poll(() => titlesIn(page, "Active")).toEqual(["goes"]);
    await expect.poll(async () => (await tasksOf(project)).map(({ status }) => status), settled).toEqual(["pending", "active"]);
    await page.keyboard.press("l");
    expect(await focused(page)).toBe("goes");
    await page.keyboard.press("ArrowLeft");
    expect(await focused(page)).toBe("stays");
    await page.keyboard.press("k");
    expect(await focused(page)).toBe("stays");
  });

  test("keys typed into a box are text, and no key acts behind an open dialog", async () => {
    await using visited = await visit(browser, ["safe"]);
    const { page } = visited;
    await addBox(page).focus();
    await page.keyboard.type("ndcu?");
    expect(await addBox(page).inputValue()).toBe("ndcu?");
    await addBox(page).fill("");
    await page.keyboard.press("Escape");
    await page.keyboard.press("?");
    await seen(page.getByRole("dialog", { name: "Help" }));
    for (const key of ["j", "d", "c", "n"]) await page.keyboard.press(key);
    await page.keyboard.press("Escape");
    await gone(page.getByRole("dialog"));
    expect(await titlesIn(page, "Pending")).toEqual(["safe"]);
    expect(await messages(page).getByRole("button").count()).toBe(0);
  });

  test("Tab reaches one card of a column, and the focus is always seen", async () => {
    await using visited = await visit(browser, ["a", "b", "c"]);
    const { page } = visited;
    await seen(card(page, "a"));
    expect(await column(page, "Pending").locator("button[tabindex='0'].card-open").count()).toBe(1);
    await page.getByRole("button", { name: "List" }).focus();
    const names: string[] = [];
    for (let step = 0; step < 3; step += 1) {
      await page.keyboard.press("Tab");
      names.push(await focused(page));
      const outline = await page.evaluate(() => {
        const element = document.activeElement as Element;
        return [getComputedStyle(element).outlineStyle, getComputedStyle(element, "::after").outlineStyle];
      });
      expect(outline).toContain("solid");
    }
    expect(names).toEqual(["Complete: c", "c", "Delete: c"]);
  });

  test("the tabs of a phone's board answer to the arrows", async () => {
    await using visited = await visit(browser, ["small"], { isPhone: true });
    const { page } = visited;
    await seen(card(page, "small"));
    await page.getByRole("tab", { name: /^Pending/ }).focus();
    await page.keyboard.press("ArrowRight");
    expect(await page.getByRole("tab", { name: /^Active/ }).getAttribute("aria-selected")).toBe("true");
    expect(await tabPanel(page).getByText("small").count()).toBe(0);
    await page.keyboard.press("ArrowLeft");
    await seen(tabPanel(page).getByText("small"));
  });
});
