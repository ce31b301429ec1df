// Adding tasks: the box, its answers, and what becomes of a task that could not be sent.
import { EventEmitter, once } from "node:events";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addBox, card, column, gone, messages, seen, titlesIn } from "./parts.ts";
import { startBrowser, tasksOf, visit } from "./support.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(async () => {
  await browser.close();
});

const settled = { timeout: 15_000 };

describe("adding", () => {
  test("Enter adds to the project that is shown, newest first, and the box keeps the focus", async () => {
    await using visited = await visit(browser);
    const { page, project, complaints } = visited;
    await addBox(page).fill("first");
    await page.keyboard.press("Enter");
    await page.keyboard.type("  second  ");
    await page.keyboard.press("Enter");
    await expect.poll(() => titlesIn(page, "Pending")).toEqual(["second", "first"]);
    await expect
      .poll(async () => (await tasksOf(project)).map(({ title, status }) => [title, status]), settled)
      .toEqual([
        ["first", "pending"],
        ["second", "pending"],
      ]);
    expect(await addBox(page).evaluate((box) => box === document.activeElement)).toBe(true);
    expect(complaints).toEqual([]);
  });

  test("the card is there before the answer, and has its number after it", async () => {
    await using visited = await visit(browser);
    const { page, project } = visited;
    const answer = new EventEmitter();
    const mayAnswer = once(answer, "go");
    await page.route("**/api/tasks", async (route) => {
      await mayAnswer;
      await route.continue();
    });
    await addBox(page).fill("held up");
    await page.keyboard.press("Enter");
    await seen(column(page, "Pending").getByText("saving…"));
    expect(await tasksOf(project)).toEqual([]);
    answer.emit("go");
    await gone(page.getByText("saving…"));
    const [task] = await tasksOf(project);
    await seen(column(page, "Pending").getByText(`#${task?.id}`));
  });

  test("on a phone the box tells its words, and leads to all of them", async () => {
    await using visited = await visit(browser, [], { isPhone: true });
    const { page } = visited;
    await addBox(page).tap();
    await seen(page.getByText("@name"));
    await page.getByRole("button", { name: "All words" }).tap();
    await seen(page.getByRole("dialog", { name: "Help" }).getByText("Priority low, medium, high"));
    await page.keyboard.press("Escape");
    await page.getByRole("contentinfo").getByRole("button", { name: "Help" }).tap();
    await seen(page.getByRole("dialog", { name: "Help" }).getByRole("link", { name: "the HTTP API" }));
  });

  test("a title of blanks or of 201 characters is told at the box and never sent", async () => {
    await using visited = await visit(browser);
    const { page, project } = visited;
    for (const [title, words] of [
      ["   ", "A task needs a title."],
      ["é".repeat(201), "at most 200 characters"],
    ] as const) {
      await addBox(page).fill(title);
      await page.keyboard.press("Enter");
      await seen(page.getByRole("alert").getByText(words));
      expect(await addBox(page).inputValue()).toBe(title);
    }
    expect(await tasksOf(project)).toEqual([]);
  });

  test("a task that could not be sent leaves the board and waits behind Try again", async () => {
    await using visited = await visit(browser, [], { expectsFailures: true });
    const { page, project } = visited;
    await page.route("**/api/tasks", (route) => (route.request().method() === "POST" ? route.abort() : route.continue()));
    await addBox(page).fill("not lost");
    await page.keyboard.press("Enter");
    await seen(messages(page).getByText("“not lost” may not have been added"));
    await seen(messages(page).getByText(/request [0-9a-f-]{8,}/));
    expect(await titlesIn(page, "Pending")).toEqual([]);
    await page.unroute("**/api/tasks");
    await messages(page).getByRole("button", { name: "Try again" }).click();
    await expect.poll(async () => (await tasksOf(project)).map(({ title }) => title), settled).toEqual(["not lost"]);
  });

  test.each([1, 2])("a task whose answer was lost %i times is there once", async (losses) => {
    await using visited = await visit(browser, [], { expectsFailures: true });
    const { page, project } = visited;
    let lost = 0;
    await page.route("**/api/tasks", async (route) => {
      if (route.request().method() !== "POST" || lost >= losses) return route.continue();
      lost++;
      await route.fetch();
      await route.abort();
    });
    await addBox(page).fill("lost answer");
    await page.keyboard.press("Enter");
    await seen(card(page, "lost answer"));
    await expect.poll(() => lost, settled).toBe(losses);
    await gone(page.getByText("saving…"));
    await expect.poll(() => titlesIn(page, "Pending"), settled).toEqual(["lost answer"]);
    expect(await tasksOf(project)).toHaveLength(1);
  });
});
