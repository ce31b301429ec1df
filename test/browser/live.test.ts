// What others change comes by itself: at once, each change once, never an older state over a newer one, and after a cut connection
// without a gap.
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addBox, card, column, countBeside, gone, panel, seen, titlesIn } from "./parts.ts";
import { boardUrl, call, createTask, startBrowser, tasksOf, visit } from "./support.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(async () => {
  await browser.close();
});

const settled = { timeout: 15_000 };
const live = (page: Page) => page.getByRole("contentinfo").getByText("live", { exact: true });

describe("live", () => {
  test("tasks that others add, change and delete are shown without a reload", async () => {
    await using visited = await visit(browser, ["here"]);
    const { page, project, complaints } = visited;
    await seen(live(page));
    const task = await createTask({ title: "from elsewhere", project_id: project.id });
    await seen(card(page, "from elsewhere"));
    await call("PATCH", `/api/tasks/${task.id}`, { status: "active", title: "and moved" });
    await expect.poll(() => titlesIn(page, "Active")).toEqual(["and moved"]);
    await fetch(`${boardUrl()}/api/tasks/${task.id}`, { method: "DELETE" });
    await gone(card(page, "and moved"));
    expect(await titlesIn(page, "Pending")).toEqual(["here"]);
    await expect.poll(() => countBeside(page, project.name)).toBe("1");
    expect(complaints).toEqual([]);
  });

  test("projects of others appear in the sidebar", async () => {
    await using visited = await visit(browser);
    const { page } = visited;
    await seen(live(page));
    const name = `Elsewhere ${crypto.randomUUID()}`;
    await call("POST", "/api/projects", { name });
    await seen(page.getByRole("navigation").getByRole("button", { name }));
  });

  test("what this page adds is there once, however the answer and the event race", async () => {
    await using visited = await visit(browser);
    const { page, project } = visited;
    await seen(live(page));
    await page.route("**/api/tasks", async (route) => {
      const answer = await route.fetch();
      await new Promise((resolve) => setTimeout(resolve, 700)); // the event comes first
      await route.fulfill({ response: answer });
    });
    const shown: number[] = [];
    await addBox(page).fill("once");
    await page.keyboard.press("Enter");
    await seen(page.getByText("saving…"));
    for (let look = 0; look < 20; look += 1) {
      shown.push(await column(page, "Pending").getByText("once", { exact: true }).count());
      await page.waitForTimeout(75);
    }
    await gone(page.getByText("saving…"));
    expect(Math.max(...shown)).toBe(1);
    expect(await tasksOf(project)).toHaveLength(1);
  });

  test("an older answer does not go over a newer event", async () => {
    await using visited = await visit(browser, ["raced"]);
    const { page, project } = visited;
    await seen(live(page));
    const [task] = await tasksOf(project);
    await page.route("**/api/tasks/*", async (route) => {
      const answer = await route.fetch();
      await call("PATCH", `/api/tasks/${task?.id}`, { title: "newer" });
      await seen(card(page, "newer"));
      await route.fulfill({ response: answer });
    });
    await page.getByRole("button", { name: "Complete: raced" }).click();
    await expect.poll(() => titlesIn(page, "Complete")).toEqual(["newer"]);
    await page.waitForTimeout(300);
    expect(await titlesIn(page, "Complete")).toEqual(["newer"]);
  });

  test("a task that others delete while its panel is open is told at once, and what was typed becomes a new one", async () => {
    await using visited = await visit(browser, ["doomed"]);
    const { page, project } = visited;
    await seen(live(page));
    const [task] = await tasksOf(project);
    await card(page, "doomed").click();
    await panel(page).getByLabel("Title").fill("written over it");
    await panel(page).getByLabel("Assigned to").fill("Mira");
    await fetch(`${boardUrl()}/api/tasks/${task?.id}`, { method: "DELETE" });
    await seen(panel(page).getByRole("alert").getByText("Somebody else deleted this task meanwhile."));
    expect(await panel(page).getByLabel("Title").inputValue()).toBe("written over it");
    await panel(page).getByRole("button", { name: "Add as a new task" }).click();
    await expect.poll(async () => (await tasksOf(project)).map(({ title }) => title), settled).toEqual(["written over it"]);
    expect((await tasksOf(project))[0]).toMatchObject({ assigned_to: "Mira", project_id: project.id });
    await seen(card(page, "written over it"));
  });

  test("a project that others delete while it is shown is told at once, and what was typed stays in the box", async () => {
    await using visited = await visit(browser);
    const { page, project } = visited;
    await seen(live(page));
    const title = `kept ${project.name}`;
    await addBox(page).fill(title);
    await fetch(`${boardUrl()}/api/projects/${project.id}`, { method: "DELETE" });
    await seen(page.getByRole("heading", { name: "This project is not there any more" }));
    expect(await addBox(page).inputValue()).toBe(title);
    await addBox(page).press("Enter");
    await page.getByRole("button", { name: "Show all tasks" }).click();
    await seen(card(page, title));
  });

  test("an open panel keeps what is typed while others change the task below it", async () => {
    await using visited = await visit(browser, ["shared"]);
    const { page, project } = visited;
    await seen(live(page));
    const [task] = await tasksOf(project);
    await card(page, "shared").click();
    await panel(page).getByLabel("Description").fill("ours");
    await call("PATCH", `/api/tasks/${task?.id}`, { title: "theirs" });
    await expect.poll(() => titlesIn(page, "Pending"), settled).toEqual(["theirs"]);
    await panel(page).getByRole("button", { name: "Save" }).click();
    await gone(panel(page));
    expect((await tasksOf(project))[0]).toMatchObject({ title: "theirs", description: "ours" });
  });

  test("a task that others delete gives the focus to the next one", async () => {
    await using visited = await visit(browser, ["c", "b", "a"]);
    const { page, project } = visited;
    await seen(live(page));
    await card(page, "b").focus();
    const task = (await tasksOf(project)).find(({ title }) => title === "b");
    await fetch(`${boardUrl()}/api/tasks/${task?.id}`, { method: "DELETE" });
    await gone(card(page, "b"));
    await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toBe("c");
  });

  test("without events the footer says so, and changes come all the same", async () => {
    await using visited = await visit(browser, ["before"], { expectsFailures: true });
    const { page, project } = visited;
    await page.route("**/api/events*", (route) => route.abort());
    await page.reload();
    await seen(page.getByText("not live, looking every 15 s"));
    await createTask({ title: "found by looking", project_id: project.id });
    const [first] = await tasksOf(project);
    await fetch(`${boardUrl()}/api/tasks/${first?.id}`, { method: "DELETE" });
    await card(page, "found by looking").waitFor({ timeout: 25_000 });
    await gone(card(page, "before"));
    await page.unrouteAll();
    await seen(live(page));
  });
});
