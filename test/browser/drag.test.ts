// Dragging with a mouse and with a finger, its end by Escape, and the keys that do the same.
import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { card, column, countBeside, gone, messages, panel, seen, tabPanel, titlesIn } from "./parts.ts";
import { createProject, startBrowser, tasksOf, visit } from "./support.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(async () => {
  await browser.close();
});

const settled = { timeout: 15_000 };
const ghost = (page: Page) => page.locator(".drag-ghost");

async function middleOf(locator: Locator): Promise<{ readonly x: number; readonly y: number }> {
  const box = await locator.boundingBox();
  if (!box) throw new Error("not in the page");
  return { x: box.x + box.width / 2, y: box.y + Math.min(box.height / 2, 200) };
}

async function pickUp(page: Page, from: Locator): Promise<void> {
  const { x, y } = await middleOf(from);
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + 12, y + 12, { steps: 3 });
  await seen(ghost(page));
}

async function carryTo(page: Page, to: Locator): Promise<void> {
  const { x, y } = await middleOf(to);
  await page.mouse.move(x, y, { steps: 6 });
}

describe("a mouse", () => {
  test("drags a card to another column, which is saved and can be undone", async () => {
    await using visited = await visit(browser, ["dragged"]);
    const { page, project, complaints } = visited;
    await pickUp(page, card(page, "dragged"));
    await carryTo(page, column(page, "Active"));
    expect(await column(page, "Active").getAttribute("data-dropping")).toBe("");
    await page.mouse.up();
    await expect.poll(() => titlesIn(page, "Active")).toEqual(["dragged"]);
    await gone(ghost(page));
    expect(await panel(page).count()).toBe(0);
    await expect.poll(async () => (await tasksOf(project))[0]?.status, settled).toBe("active");
    await messages(page).getByRole("button", { name: "Undo" }).click();
    await expect.poll(async () => (await tasksOf(project))[0]?.status, settled).toBe("pending");
    expect(complaints).toEqual([]);
  });

  test("drags all that are selected, also into the folded archive", async () => {
    await using visited = await visit(browser, ["a", "b", "c"]);
    const { page, project } = visited;
    await card(page, "a").click({ modifiers: ["ControlOrMeta"] });
    await card(page, "c").click({ modifiers: ["ControlOrMeta"] });
    await pickUp(page, card(page, "a"));
    expect(await ghost(page).innerText()).toBe("2 tasks");
    await carryTo(page, column(page, "Archived"));
    await page.mouse.up();
    await expect.poll(() => titlesIn(page, "Pending")).toEqual(["b"]);
    await expect.poll(async () => (await tasksOf(project)).map(({ status }) => status), settled).toEqual(["archived", "pending", "archived"]);
  });

  test("drags a card to a project in the sidebar", async () => {
    await using visited = await visit(browser, ["leaving"]);
    const { page, project } = visited;
    const other = await createProject();
    const place = page.getByRole("navigation").getByRole("button", { name: other.name });
    await seen(place);
    await place.scrollIntoViewIfNeeded();
    await pickUp(page, card(page, "leaving"));
    await carryTo(page, place);
    await page.mouse.up();
    await gone(card(page, "leaving"));
    await expect.poll(() => tasksOf(project), settled).toEqual([]);
    await expect.poll(() => countBeside(page, other.name)).toBe("1");
  });

  test("changes nothing when Escape ends the drag, or where nothing takes the card", async () => {
    await using visited = await visit(browser, ["stays"]);
    const { page, project } = visited;
    const before = await tasksOf(project);
    await pickUp(page, card(page, "stays"));
    await carryTo(page, column(page, "Complete"));
    await page.keyboard.press("Escape");
    await gone(ghost(page));
    await page.mouse.up();
    await pickUp(page, card(page, "stays"));
    await carryTo(page, page.getByRole("heading", { level: 1 }));
    await page.mouse.up();
    expect(await titlesIn(page, "Pending")).toEqual(["stays"]);
    expect(await tasksOf(project)).toEqual(before);
    expect(await panel(page).count()).toBe(0);
  });
});

describe("the keyboard", () => {
  test("carries a card to the column beside, and the focus goes along", async () => {
    await using visited = await visit(browser, ["carried", "other"]);
    const { page, project } = visited;
    await card(page, "carried").focus();
    await page.keyboard.press("Shift+ArrowRight");
    await expect.poll(() => titlesIn(page, "Active")).toEqual(["carried"]);
    await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toBe("carried");
    await page.keyboard.press("Shift+ArrowRight");
    await expect.poll(() => titlesIn(page, "Complete")).toEqual(["carried"]);
    await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toBe("carried");
    await page.keyboard.press("Shift+ArrowLeft");
    await expect.poll(async () => (await tasksOf(project)).map(({ status }) => status), settled).toEqual(["active", "pending"]);
    await seen(page.getByRole("status").getByText("“carried” is active").last());
  });
});

describe("a finger", () => {
  /** As a touch screen tells it; the browser's own driver has taps only. */
  async function finger(
    page: Page,
    steps: readonly { readonly type: "touchStart" | "touchMove" | "touchEnd"; readonly at?: { x: number; y: number }; readonly thenMs?: number }[],
  ) {
    const session = await page.context().newCDPSession(page);
    for (const { type, at, thenMs = 0 } of steps) {
      await session.send("Input.dispatchTouchEvent", { type, touchPoints: at ? [at] : [] });
      await page.waitForTimeout(thenMs);
    }
  }

  test("that rests on a card and goes to a tab moves it there", async () => {
    await using visited = await visit(browser, ["held"], { isPhone: true });
    const { page, project } = visited;
    const [from, to] = [await middleOf(card(page, "held")), await middleOf(page.getByRole("tab", { name: /Active/ }))];
    await finger(page, [
      { type: "touchStart", at: from, thenMs: 600 },
      { type: "touchMove", at: { x: from.x + 10, y: from.y - 20 } },
      { type: "touchMove", at: to },
      { type: "touchEnd" },
    ]);
    await expect.poll(async () => (await tasksOf(project))[0]?.status, settled).toBe("active");
    await page.getByRole("tab", { name: /Active/ }).tap();
    await seen(tabPanel(page).getByText("held"));
  });

  test("that rests and lifts selects, and then a tap selects more", async () => {
    await using visited = await visit(browser, ["one", "two"], { isPhone: true });
    const { page } = visited;
    const at = await middleOf(card(page, "one"));
    await finger(page, [{ type: "touchStart", at, thenMs: 600 }, { type: "touchEnd" }]);
    await seen(page.getByText("1 selected").first());
    await card(page, "two").tap();
    await seen(page.getByText("2 selected").first());
    expect(await panel(page).count()).toBe(0);
  });

  test("that swipes shows the next column, and its tab is the chosen one", async () => {
    await using visited = await visit(browser, ["swiped over"], { isPhone: true });
    const { page } = visited;
    await seen(card(page, "swiped over"));
    await finger(page, [
      { type: "touchStart", at: { x: 330, y: 500 } },
      ...[280, 220, 160, 100, 40].map((x) => ({ type: "touchMove" as const, at: { x, y: 500 }, thenMs: 16 })),
      { type: "touchEnd" },
    ]);
    await expect.poll(() => page.getByRole("tab", { name: /Active/ }).getAttribute("aria-selected")).toBe("true");
    expect(await tabPanel(page).getByText("swiped over").count()).toBe(0);
  });
});
