// What is shown: places, filters, search, order and layout, each in the address and back; the counts beside the places; the list.
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { card, column, countBeside, gone, seen, titlesIn } from "./parts.ts";
import { boardUrl, call, createTask, startBrowser, type Visit, visit } from "./support.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(async () => {
  await browser.close();
});

const queryOf = (page: Page) => new URL(page.url()).search;
const dialog = (page: Page) => page.getByRole("dialog", { name: "Filter and sort" });
const rows = (page: Page) => page.locator("tr[data-task-id]");
const titlesInList = (page: Page) => rows(page).locator(".card-open").allInnerTexts();

function endOfToday(): string {
  const now = new Date();
  return new Date(now.getFullYear(), now.getMonth(), now.getDate(), 23, 59, 59).toISOString();
}

async function visitMixed(): Promise<Visit> {
  const visited = await visit(browser);
  const { id } = visited.project;
  await createTask({ title: "Order desks", project_id: id, priority: 3, assigned_to: "Mira", due_date: "2020-01-01T00:00:00Z" });
  await createTask({
    title: "Write chapter",
    project_id: id,
    status: "active",
    assigned_to: "Jonas",
    description: "about desks",
    due_date: endOfToday(),
  });
  await createTask({ title: "Archive the rest", project_id: id, status: "archived" });
  await createTask({ title: "Read 100 % of it", project_id: id, priority: 1 });
  await createTask({ title: "Done", project_id: id, status: "complete", priority: 2 });
  await visited.page.reload();
  await seen(card(visited.page, "Order desks"));
  return visited;
}

describe("filters", () => {
  test("leave out what was not asked for, stand in the address, and go back and forward", async () => {
    await using visited = await visitMixed();
    const { page, project, complaints } = visited;
    await page.keyboard.press("f");
    await dialog(page).getByText("High", { exact: true }).click();
    await expect.poll(() => queryOf(page)).toBe(`?project=${project.id}&priority=3`);
    await expect.poll(() => titlesIn(page, "Pending")).toEqual(["Order desks"]);
    await dialog(page).getByText("Low", { exact: true }).click();
    await expect.poll(() => titlesIn(page, "Pending")).toEqual(["Read 100 % of it", "Order desks"]);
    await dialog(page).getByLabel("Assigned to").selectOption("Mira");
    await page.keyboard.press("Escape");
    await expect.poll(() => titlesIn(page, "Pending")).toEqual(["Order desks"]);
    const link = page.url();
    await page.goBack();
    await expect.poll(() => titlesIn(page, "Pending")).toEqual(["Read 100 % of it", "Order desks"]);
    await page.goForward();
    await expect.poll(() => titlesIn(page, "Pending")).toEqual(["Order desks"]);
    await page.goto(link);
    await expect.poll(() => titlesIn(page, "Pending")).toEqual(["Order desks"]);
    await page.getByRole("button", { name: "Without the filter: Mira" }).click();
    await page.getByRole("button", { name: "Without the filter: Priority low, high" }).click();
    await expect.poll(() => queryOf(page)).toBe(`?project=${project.id}`);
    expect(complaints).toEqual([]);
  });

  test("of the status show these columns only, the archive unfolded", async () => {
    await using visited = await visitMixed();
    const { page, project } = visited;
    await page.goto(`${boardUrl()}/?project=${project.id}&status=active,archived`);
    await expect.poll(() => titlesIn(page, "Archived")).toEqual(["Archive the rest"]);
    expect(await titlesIn(page, "Active")).toEqual(["Write chapter"]);
    expect(await column(page, "Pending").count()).toBe(0);
  });

  test("that leave nothing say so, with a way out", async () => {
    await using visited = await visitMixed();
    const { page, project } = visited;
    await page.goto(`${boardUrl()}/?project=${project.id}&assignee=Nobody+Known&q=xyz`);
    await seen(page.getByRole("heading", { name: "Nothing found" }));
    await seen(page.getByText("No task with “xyz”"));
    await page.getByRole("button", { name: "Show all of this view" }).click();
    await seen(card(page, "Order desks"));
    expect(queryOf(page)).toBe(`?project=${project.id}`);
  });
});

describe("search", () => {
  test("finds as it is typed, in titles and descriptions, literally, and keeps no step of the typing in the history", async () => {
    await using visited = await visitMixed();
    const { page, project } = visited;
    await page.keyboard.press("/");
    await page.keyboard.type("DESK");
    await expect.poll(() => titlesIn(page, "Pending")).toEqual(["Order desks"]);
    expect(await titlesIn(page, "Active")).toEqual(["Write chapter"]);
    expect(queryOf(page)).toBe(`?project=${project.id}&q=DESK`);
    await page.keyboard.press("Enter");
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("Order desks");
    await page.keyboard.press("/");
    await page.keyboard.press("Escape");
    await expect.poll(() => queryOf(page)).toBe(`?project=${project.id}`);
    await page.keyboard.type("%");
    await expect.poll(() => titlesIn(page, "Pending")).toEqual(["Read 100 % of it"]);
    await page.keyboard.press("Escape");
    await page.keyboard.press("Escape");
    expect(await page.evaluate(() => document.activeElement === document.body)).toBe(true);
  });

  test("finds one task by its number", async () => {
    await using visited = await visitMixed();
    const { page } = visited;
    const id = await page.locator("[data-task-id]", { hasText: "Order desks" }).getAttribute("data-task-id");
    await page.getByRole("searchbox", { name: "Search" }).fill(`#${id}`);
    await gone(card(page, "Write chapter"));
    expect(await titlesIn(page, "Pending")).toEqual(["Order desks"]);
  });
});

describe("places", () => {
  test("show what is due, and count what is left to do", async () => {
    await using visited = await visitMixed();
    const { page } = visited;
    const count = async (name: string) => Number((await countBeside(page, name))?.replaceAll(",", ""));
    for (const [name, due] of [
      ["Overdue", "overdue"],
      ["Today", "today"],
      ["This week", "week"],
    ] as const) {
      await page.getByRole("navigation").getByRole("button", { name }).click();
      await seen(page.getByRole("heading", { level: 1, name }));
      await expect.poll(() => queryOf(page)).toBe(`?due=${due}`);
      await expect.poll(async () => (await openIn(page)) === (await count(name))).toBe(true);
    }
    await seen(card(page, "Write chapter"));
    expect(await card(page, "Order desks").count()).toBe(0);
  });

  test("[ and ] go from one to the next", async () => {
    await using visited = await visitMixed();
    const { page } = visited;
    await page.getByRole("button", { name: /^All tasks/ }).click();
    await page.keyboard.press("]");
    await seen(page.getByRole("heading", { level: 1, name: "Overdue" }));
    await page.keyboard.press("[");
    await seen(page.getByRole("heading", { level: 1, name: "All tasks" }));
  });

  test("the count of all is the database's without the archive, zero included for a project without tasks", async () => {
    await using visited = await visit(browser);
    const { page, project } = visited;
    expect(await countBeside(page, project.name)).toBe("0");
    const filter = encodeURIComponent('{"status":{"in":["pending","active","complete"]}}');
    const { total } = await call<{ total: number }>("GET", `/api/tasks?limit=1&count=exact&filter=${filter}`);
    await expect.poll(() => countBeside(page, "All tasks")).toBe(total.toLocaleString("en-GB"));
  });
});

/** Open tasks by the heads of the columns. */
async function openIn(page: Page): Promise<number> {
  const counts = await Promise.all(["Pending", "Active"].map((title) => column(page, title).locator(".count").innerText()));
  return counts.reduce((sum, text) => sum + Number(text.replaceAll(",", "")), 0);
}

describe("the list", () => {
  test("shows a line for each task but the archived, sorts by its heads, and the address says how", async () => {
    await using visited = await visitMixed();
    const { page, project, complaints } = visited;
    await page.keyboard.press("v");
    await expect.poll(() => titlesInList(page)).toEqual(["Done", "Read 100 % of it", "Write chapter", "Order desks"]);
    expect(await countBeside(page, project.name)).toBe("4");
    expect(await rows(page).filter({ hasText: "Write chapter" }).locator(".list-assigned_to").innerText()).toBe("Jonas");
    await page.getByRole("button", { name: "Priority" }).click();
    await expect.poll(() => titlesInList(page)).toEqual(["Order desks", "Done", "Read 100 % of it", "Write chapter"]);
    expect(queryOf(page)).toBe(`?view=list&project=${project.id}&sort=-priority`);
    expect(await page.getByRole("columnheader", { name: "Priority" }).getAttribute("aria-sort")).toBe("descending");
    await page.getByRole("button", { name: "Priority" }).click();
    await expect.poll(() => titlesInList(page)).toEqual(["Write chapter", "Read 100 % of it", "Done", "Order desks"]);
    await page.getByRole("button", { name: "Title" }).click();
    await expect.poll(() => titlesInList(page)).toEqual(["Done", "Order desks", "Read 100 % of it", "Write chapter"]);
    await page.reload();
    await expect.poll(() => titlesInList(page)).toEqual(["Done", "Order desks", "Read 100 % of it", "Write chapter"]);
    expect(complaints).toEqual([]);
  });

  test("its lines are moved, completed and opened as cards are", async () => {
    await using visited = await visitMixed();
    const { page } = visited;
    await page.keyboard.press("v");
    await seen(rows(page));
    await card(page, "Order desks").focus();
    await page.keyboard.press("2");
    await expect.poll(() => rows(page).filter({ hasText: "Order desks" }).locator(".list-status").innerText()).toBe("Active");
    await page.getByRole("button", { name: "Complete: Order desks" }).click();
    await expect.poll(() => rows(page).filter({ hasText: "Order desks" }).locator(".list-status").innerText()).toBe("Complete");
    await page.keyboard.press("Enter");
    await card(page, "Order desks").focus();
    await page.keyboard.press("Enter");
    await seen(page.getByRole("dialog", { name: /^Task #/ }));
  });

  test("on a phone is one column of cards", async () => {
    await using visited = await visit(browser, ["first", "second"], { isPhone: true });
    const { page } = visited;
    await page.getByRole("button", { name: "List", exact: true }).tap();
    await seen(page.locator("li[data-task-id]"));
    expect(await page.locator("li[data-task-id] .card-open").allInnerTexts()).toEqual(["second", "first"]);
    expect(await page.getByRole("tab").count()).toBe(0);
  });
});
