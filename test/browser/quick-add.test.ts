// The small words of a line, shown before Enter and turned off by a press; renaming in place; and what a task gets from the view.
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addBox, card, gone, messages, panel, seen, titlesIn } from "./parts.ts";
import { boardUrl, createTask, startBrowser, tasksOf, visit } from "./support.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(async () => {
  await browser.close();
});

const settled = { timeout: 15_000 };

describe("quick add", () => {
  test("shows what it understood as chips before Enter, and writes just that", async () => {
    await using visited = await visit(browser);
    const { page, project, complaints } = visited;
    await addBox(page).fill("Call the mover !3 @Zoë 2031-02-03 9:30");
    const chips = page.getByRole("status", { name: "Understood" });
    await seen(chips.getByText("High"));
    expect(await chips.locator(".chip-label").allInnerTexts()).toEqual(["High", "Zoë", "3 Feb 2031 9:30"]);
    await page.keyboard.press("Enter");
    await expect.poll(() => titlesIn(page, "Pending")).toEqual(["Call the mover"]);
    expect(await chips.locator(".chip").count()).toBe(0);
    await expect.poll(() => tasksOf(project), settled).toMatchObject([{ title: "Call the mover", priority: 3, assigned_to: "Zoë" }]);
    const [task] = await tasksOf(project);
    expect(new Date(task?.due_date ?? "").getTime()).toBe(await page.evaluate(() => new Date("2031-02-03T09:30:00").getTime()));
    expect(complaints).toEqual([]);
  });

  test("leaves a word in the title when its chip is turned off", async () => {
    await using visited = await visit(browser);
    const { page, project } = visited;
    await addBox(page).fill("Read the news of today !1");
    await page.getByRole("button", { name: "Leave “today” in the title" }).click();
    expect(await addBox(page).evaluate((box) => box === document.activeElement)).toBe(true);
    await page.keyboard.press("Enter");
    await expect.poll(() => tasksOf(project), settled).toMatchObject([{ title: "Read the news of today", priority: 1, due_date: null }]);
  });

  test("goes to the project that a word names, and says so where the view does not show it", async () => {
    await using other = await visit(browser);
    await using visited = await visit(browser);
    const { page, project } = visited;
    await addBox(page).fill(`elsewhere #${other.project.name.replaceAll(" ", "")}`);
    await page.keyboard.press("Enter");
    await seen(messages(page).getByText(`Added to ${other.project.name}, which is not in this view`));
    await expect.poll(async () => (await tasksOf(other.project)).map(({ title }) => title), settled).toEqual(["elsewhere"]);
    expect(await tasksOf(project)).toEqual([]);
  });

  test("gives a task what the view is about", async () => {
    await using visited = await visit(browser);
    const { page, project } = visited;
    await page.goto(`${boardUrl()}/?project=${project.id}&due=today&priority=2&assignee=Mira`);
    await addBox(page).fill("of this view");
    await page.keyboard.press("Enter");
    await seen(card(page, "of this view"));
    await expect.poll(() => tasksOf(project), settled).toMatchObject([{ priority: 2, assigned_to: "Mira" }]);
    const [task] = await tasksOf(project);
    expect(new Date(task?.due_date ?? 0).toDateString()).toBe(new Date().toDateString());
  });

  test("keeps what is typed when another view is gone to", async () => {
    await using visited = await visit(browser);
    const { page } = visited;
    await addBox(page).fill("half a thought");
    await page.getByRole("button", { name: /^All tasks/ }).click();
    await seen(page.getByRole("heading", { level: 1, name: "All tasks" }));
    expect(await addBox(page).inputValue()).toBe("half a thought");
  });

  test("can be undone like anything else", async () => {
    await using visited = await visit(browser);
    const { page, project } = visited;
    await addBox(page).fill("too quick");
    await page.keyboard.press("Enter");
    await expect.poll(() => tasksOf(project), settled).toHaveLength(1);
    await page.keyboard.press("Escape");
    await page.keyboard.press("u");
    await gone(card(page, "too quick"));
    await expect.poll(() => tasksOf(project), settled).toEqual([]);
  });
});

describe("renaming in place", () => {
  test("by e and Enter, and Escape leaves it as it was", async () => {
    await using visited = await visit(browser, ["before"]);
    const { page, project } = visited;
    const box = page.getByRole("textbox", { name: /^Title of #/ });
    await card(page, "before").focus();
    await page.keyboard.press("e");
    await page.keyboard.type("never mind");
    await page.keyboard.press("Escape");
    await seen(card(page, "before"));
    expect(await card(page, "before").evaluate((button) => button === document.activeElement)).toBe(true);
    await page.keyboard.press("e");
    await page.keyboard.type("after");
    await page.keyboard.press("Enter");
    await gone(box);
    await expect.poll(async () => (await tasksOf(project))[0]?.title, settled).toBe("after");
    await page.keyboard.press("u");
    await expect.poll(async () => (await tasksOf(project))[0]?.title, settled).toBe("before");
  });

  test("by a second press on the title, and leaving the box saves", async () => {
    await using visited = await visit(browser, ["pressed twice"]);
    const { page, project } = visited;
    await card(page, "pressed twice").dblclick();
    await page.getByRole("textbox", { name: /^Title of #/ }).fill("left");
    await addBox(page).click();
    await expect.poll(async () => (await tasksOf(project))[0]?.title, settled).toBe("left");
    expect(await panel(page).count()).toBe(0);
  });

  test("a title that cannot be one is told and kept", async () => {
    await using visited = await visit(browser, ["good"]);
    const { page, project } = visited;
    await card(page, "good").focus();
    await page.keyboard.press("e");
    await page.keyboard.press("Delete");
    await page.keyboard.press("Enter");
    await seen(page.getByRole("alert").getByText("A task needs a title."));
    expect(await page.getByRole("textbox", { name: /^Title of #/ }).getAttribute("aria-invalid")).toBe("true");
    expect((await tasksOf(project))[0]?.title).toBe("good");
  });

  test("works in the list, too", async () => {
    await using visited = await visit(browser, ["a line"]);
    const { page, project } = visited;
    await page.keyboard.press("v");
    await seen(page.locator("tr[data-task-id]"));
    await card(page, "a line").focus();
    await page.keyboard.press("F2");
    await page.keyboard.type("a better line");
    await page.keyboard.press("Enter");
    await expect.poll(async () => (await tasksOf(project))[0]?.title, settled).toBe("a better line");
  });
});

test("a task of a line that means nothing is its text, whatever is in it", async () => {
  await using visited = await visit(browser);
  const { page, project } = visited;
  const title = "<b onclick=alert(1)> #nope !9 @ \\n 2031-02-30";
  await addBox(page).fill(title);
  await page.keyboard.press("Enter");
  await expect.poll(async () => (await tasksOf(project)).map((task) => task.title), settled).toEqual([title]);
  await createTask({ title: "so that the board is not empty", project_id: project.id });
});
