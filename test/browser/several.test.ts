// Several tasks at once: selecting them, changing all of them in one transaction, and taking that back.
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { card, gone, messages, seen, titlesIn } from "./parts.ts";
import { call, startBrowser, tasksOf, visit } from "./support.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(async () => {
  await browser.close();
});

const settled = { timeout: 15_000 };
const bar = (page: Page) => page.getByRole("region", { name: "Selected tasks" });
const selected = async (page: Page) => (await page.locator("[data-selected] .card-open").allInnerTexts()).sort();

describe("selecting", () => {
  test("x and Shift with the arrows, and Escape lets go", async () => {
    await using visited = await visit(browser, ["a", "b", "c", "d"]);
    const { page } = visited;
    await card(page, "d").focus();
    await page.keyboard.press("x");
    await page.keyboard.press("Shift+ArrowDown");
    await page.keyboard.press("Shift+ArrowDown");
    expect(await selected(page)).toEqual(["b", "c", "d"]);
    await page.keyboard.press("Shift+ArrowUp");
    expect(await selected(page)).toEqual(["c", "d"]);
    await seen(bar(page).getByText("2 selected"));
    await page.keyboard.press("Escape");
    await gone(bar(page));
    expect(await selected(page)).toEqual([]);
  });

  test("Ctrl and a click, Shift and a click, and Ctrl+A takes the whole view but what is folded", async () => {
    await using visited = await visit(browser, ["a", "b", "c", "d"]);
    const { page, project } = visited;
    const [first] = await tasksOf(project);
    await call("PATCH", `/api/tasks/${first?.id}`, { status: "archived" });
    await gone(card(page, "a"));
    await card(page, "d").click({ modifiers: ["ControlOrMeta"] });
    await card(page, "b").click({ modifiers: ["Shift"] });
    expect(await selected(page)).toEqual(["b", "c", "d"]);
    await card(page, "c").click({ modifiers: ["ControlOrMeta"] });
    expect(await selected(page)).toEqual(["b", "d"]);
    await page.keyboard.press("ControlOrMeta+a");
    await seen(bar(page).getByText("3 selected"));
  });

  test("a task that a filter hides is not selected any more", async () => {
    await using visited = await visit(browser, ["stays", "goes"]);
    const { page } = visited;
    await card(page, "goes").focus();
    await page.keyboard.press("ControlOrMeta+a");
    await page.keyboard.press("/");
    await page.keyboard.type("stays");
    await seen(bar(page).getByText("1 selected"));
  });
});

describe("changing all of them", () => {
  test("is one transaction and one Undo, to the last field", async () => {
    await using visited = await visit(browser, ["a", "b", "c"]);
    const { page, project, complaints } = visited;
    const before = await tasksOf(project);
    const calls: string[] = [];
    page.on("request", (request) => request.method() !== "GET" && calls.push(`${request.method()} ${new URL(request.url()).pathname}`));
    await card(page, "c").focus();
    await page.keyboard.press("ControlOrMeta+a");
    await page.keyboard.press("2");
    await expect.poll(() => titlesIn(page, "Active")).toEqual(["c", "b", "a"]);
    await expect.poll(async () => (await tasksOf(project)).map(({ status }) => status), settled).toEqual(["active", "active", "active"]);
    expect(calls).toEqual(["POST /api/tasks/bulk"]);
    await seen(messages(page).getByText("3 tasks are active"));
    await page.keyboard.press("ControlOrMeta+z");
    await expect.poll(() => titlesIn(page, "Pending")).toEqual(["c", "b", "a"]);
    await expect
      .poll(async () => (await tasksOf(project)).map(({ status, version }) => [status, version]), settled)
      .toEqual(before.map(() => ["pending", 3]));
    expect(complaints).toEqual([]);
  });

  test.each([
    ["Priority", "High", { priority: 3 }],
    ["Move", "Complete", { status: "complete" }],
    ["Project", "No project", { project_id: null }],
  ])("%s to %s from the bar", async (button, option, change) => {
    await using visited = await visit(browser, ["a", "b"]);
    const { page, project } = visited;
    const ids = (await tasksOf(project)).map(({ id }) => id);
    await card(page, "a").focus();
    await page.keyboard.press("ControlOrMeta+a");
    await bar(page).getByRole("button", { name: button }).click();
    await page.getByRole("dialog").getByRole("button", { name: option }).click();
    const tasks = () => Promise.all(ids.map(async (id) => (await call<{ task: object }>("GET", `/api/tasks/${id}`)).task));
    await expect.poll(tasks, settled).toMatchObject([change, change]);
  });

  test("due dates and people by keys and by typing", async () => {
    await using visited = await visit(browser, ["a", "b"]);
    const { page, project } = visited;
    await card(page, "a").focus();
    await page.keyboard.press("ControlOrMeta+a");
    await page.keyboard.press("s");
    await page.getByRole("dialog").getByLabel("Another day").fill("2031-02-03");
    await page.getByRole("dialog").getByRole("button", { name: "Set" }).click();
    await page.keyboard.press("a");
    await page.keyboard.type("Zoë");
    await page.keyboard.press("Enter");
    await expect.poll(async () => (await tasksOf(project)).map((task) => task.assigned_to), settled).toEqual(["Zoë", "Zoë"]);
    const days = (await tasksOf(project)).map(({ due_date: due }) => new Date(due ?? 0).getFullYear());
    expect(days).toEqual([2031, 2031]);
    await card(page, "b").focus();
    await page.keyboard.press("Escape");
    await page.keyboard.press("s");
    await page.getByRole("dialog").getByRole("button", { name: "No due date" }).click();
    await expect
      .poll(async () => (await tasksOf(project)).filter(({ due_date: due }) => due === null).map(({ title }) => title), settled)
      .toEqual(["b"]);
  });

  test("a refusal changes none of them, and says why", async () => {
    await using visited = await visit(browser, ["a", "b"], { expectsFailures: true });
    const { page, project } = visited;
    const [first] = await tasksOf(project);
    await page.route("**/api/events*", (route) => route.abort());
    await page.reload();
    await seen(card(page, "a"));
    await call("PATCH", `/api/tasks/${first?.id}`, { priority: 3 });
    await card(page, "a").focus();
    await page.keyboard.press("ControlOrMeta+a");
    await page.keyboard.press("p");
    await page.keyboard.press("1");
    await seen(messages(page).getByText("2 tasks were not changed: somebody else changed the priority meanwhile."));
    expect((await tasksOf(project)).map(({ priority }) => priority)).toEqual([3, 0]);
    await messages(page).getByRole("button", { name: "Do it anyway" }).click();
    await expect.poll(async () => (await tasksOf(project)).map(({ priority }) => priority), settled).toEqual([1, 1]);
  });

  test("more than a thousand go in one transaction, too, and come back with their own values", async () => {
    await using visited = await visit(browser);
    const { page, project } = visited;
    const task = (index: number) => ({ op: "create", task: { title: `task ${index}`, project_id: project.id, priority: index % 3 } });
    for (const start of [0, 600])
      await call("POST", "/api/tasks/bulk", { operations: Array.from({ length: 600 }, (_, index) => task(start + index)) });
    await seen(page.getByRole("region", { name: "Pending" }).getByText("1,200"));
    const counts = async () => {
      const { groups } = await call<{ groups: readonly { status: string; priority: number; count: number }[] }>(
        "GET",
        `/api/tasks/stats?group=status,priority&project_id=${project.id}`,
      );
      return groups.map(({ status, priority, count }) => `${status} ${priority} ${count}`);
    };
    const before = await counts();
    expect(before).toEqual(["pending 0 400", "pending 1 400", "pending 2 400"]);
    await page.locator("#tasks").focus();
    await page.keyboard.press("ControlOrMeta+a");
    await page.keyboard.press("p");
    await page.keyboard.press("3");
    await expect.poll(counts, settled).toEqual(["pending 3 1200"]);
    await page.keyboard.press("u");
    await expect.poll(counts, settled).toEqual(before);
  });
});

describe("deleting them", () => {
  test("waits for six seconds, and Undo keeps the same tasks", async () => {
    await using visited = await visit(browser, ["a", "b", "c"]);
    const { page, project } = visited;
    const before = await tasksOf(project);
    await card(page, "b").click({ modifiers: ["ControlOrMeta"] });
    await card(page, "a").click({ modifiers: ["ControlOrMeta"] });
    await page.keyboard.press("Delete");
    await expect.poll(() => titlesIn(page, "Pending")).toEqual(["c"]);
    await page.keyboard.press("u");
    await expect.poll(() => titlesIn(page, "Pending")).toEqual(["c", "b", "a"]);
    expect(await tasksOf(project)).toEqual(before);
  });

  test("once it is sent Undo writes them anew", async () => {
    await using visited = await visit(browser, ["a", "b"]);
    const { page, project } = visited;
    await card(page, "b").focus();
    await page.keyboard.press("ControlOrMeta+a");
    await page.keyboard.press("d");
    await expect.poll(() => tasksOf(project), settled).toEqual([]);
    await page.keyboard.press("u");
    await expect.poll(async () => (await tasksOf(project)).map(({ title }) => title).sort(), settled).toEqual(["a", "b"]);
    await expect.poll(async () => (await titlesIn(page, "Pending")).toSorted()).toEqual(["a", "b"]);
  });
});
