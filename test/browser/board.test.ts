// The work on the board: open, change, complete, delete, projects. What the page shows is compared with what the API has.
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addBox, card, column, countBeside, gone, messages, panel, seen, titlesIn } from "./parts.ts";
import { call, startBrowser, tasksOf, visit } from "./support.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(async () => {
  await browser.close();
});

const settled = { timeout: 15_000 };

describe("editing", () => {
  test("every field is saved as it was typed, and the card shows it", async () => {
    await using visited = await visit(browser, ["raw"]);
    const { page, project, complaints } = visited;
    await card(page, "raw").click();
    await panel(page).getByLabel("Title").fill("Order desks");
    await panel(page).getByLabel("Description").fill("fourteen\nand a table");
    await panel(page).getByText("Active", { exact: true }).click();
    await panel(page).getByText("High", { exact: true }).click();
    await panel(page).getByLabel("Due").fill("2020-02-29");
    await panel(page).getByLabel("Time, if any").fill("09:30");
    await panel(page).getByLabel("Assigned to").fill("Mira");
    await panel(page).getByRole("button", { name: "Save" }).click();
    await gone(panel(page));
    const [task] = await tasksOf(project);
    expect(task).toMatchObject({ title: "Order desks", description: "fourteen\nand a table", status: "active", priority: 3, assigned_to: "Mira" });
    expect(new Date(task?.due_date ?? "").getTime()).toBe(await page.evaluate(() => new Date("2020-02-29T09:30:00").getTime()));
    expect(await titlesIn(page, "Active")).toEqual(["Order desks"]);
    await seen(column(page, "Active").getByText("late, was due"));
    await seen(column(page, "Active").getByText("Mira", { exact: true }));
    await seen(column(page, "Active").getByText("29 Feb 2020 9:30"));
    expect(await card(page, "Order desks").evaluate((button) => button === document.activeElement)).toBe(true);
    expect(complaints).toEqual([]);
  });

  test("a day without a time, a description and an assignee can be taken back", async () => {
    await using visited = await visit(browser, ["bare"]);
    const { page, project } = visited;
    const [task] = await tasksOf(project);
    await call("PATCH", `/api/tasks/${task?.id}`, { description: "words", assigned_to: "Mira", due_date: "2031-01-01T12:00:00Z" });
    await page.reload();
    await card(page, "bare").click();
    for (const label of ["Description", "Due", "Time, if any", "Assigned to"]) await panel(page).getByLabel(label).fill("");
    await panel(page).getByLabel("Project").selectOption("No project");
    await panel(page).getByRole("button", { name: "Save" }).click();
    await gone(panel(page));
    const { task: bare } = await call<{ task: object }>("GET", `/api/tasks/${task?.id}`);
    expect(bare).toMatchObject({ title: "bare", description: null, assigned_to: null, due_date: null, project_id: null });
    await gone(card(page, "bare"));
  });

  test("a problem that the page knows and one that only the server knows are told at their fields", async () => {
    await using visited = await visit(browser, ["strict"], { expectsFailures: true });
    const { page, project } = visited;
    await card(page, "strict").click();
    await panel(page).getByLabel("Title").fill(" ");
    await panel(page).getByRole("button", { name: "Save" }).click();
    await seen(panel(page).getByText("A task needs a title."));
    expect(await panel(page).getByLabel("Title").getAttribute("aria-invalid")).toBe("true");
    await panel(page).getByLabel("Title").fill("strict");
    await panel(page).getByLabel("Description").fill("x".repeat(16_001));
    await panel(page).getByRole("button", { name: "Save" }).click();
    await expect.poll(() => panel(page).getByLabel("Description").getAttribute("aria-invalid"), settled).toBe("true");
    expect(await panel(page).getByLabel("Title").getAttribute("aria-invalid")).toBe("false");
    expect((await tasksOf(project))[0]?.description).toBe(null);
  });

  test("a field that somebody else changed is told, and saving again writes over it", async () => {
    await using visited = await visit(browser, ["shared"], { expectsFailures: true });
    const { page, project } = visited;
    const [task] = await tasksOf(project);
    await card(page, "shared").click();
    await panel(page).getByLabel("Title").fill("ours");
    await call("PATCH", `/api/tasks/${task?.id}`, { title: "theirs", priority: 2 });
    await panel(page).getByRole("button", { name: "Save" }).click();
    await seen(panel(page).getByText("Somebody else changed this task meanwhile (title, priority)."));
    expect((await tasksOf(project))[0]).toMatchObject({ title: "theirs", priority: 2 });
    expect(await panel(page).getByLabel("Title").inputValue()).toBe("ours");
    await panel(page).getByRole("button", { name: "Save" }).click();
    await gone(panel(page));
    expect((await tasksOf(project))[0]).toMatchObject({ title: "ours", priority: 2 });
  });

  test("other fields that somebody else changed stay, without a word", async () => {
    await using visited = await visit(browser, ["parted"], { expectsFailures: true });
    const { page, project } = visited;
    const [task] = await tasksOf(project);
    await card(page, "parted").click();
    await panel(page).getByLabel("Title").fill("ours");
    await call("PATCH", `/api/tasks/${task?.id}`, { priority: 2 });
    await panel(page).getByRole("button", { name: "Save" }).click();
    await gone(panel(page));
    expect((await tasksOf(project))[0]).toMatchObject({ title: "ours", priority: 2 });
  });

  test("Escape saves nothing, and Undo brings back what was typed", async () => {
    await using visited = await visit(browser, ["kept"]);
    const { page, project } = visited;
    await card(page, "kept").click();
    await panel(page).getByLabel("Title").fill("half a thought");
    await page.keyboard.press("Escape");
    await gone(panel(page));
    expect((await tasksOf(project)).map(({ title }) => title)).toEqual(["kept"]);
    await messages(page).getByRole("button", { name: "Undo" }).click();
    expect(await panel(page).getByLabel("Title").inputValue()).toBe("half a thought");
  });
});

describe("completing and deleting", () => {
  test("the round control completes, Undo takes it back, in the database too", async () => {
    await using visited = await visit(browser, ["done soon"]);
    const { page, project } = visited;
    await page.getByRole("button", { name: "Complete: done soon" }).click();
    await expect.poll(() => titlesIn(page, "Complete")).toEqual(["done soon"]);
    await expect.poll(async () => (await tasksOf(project))[0]?.status, settled).toBe("complete");
    await messages(page).getByRole("button", { name: "Undo" }).click();
    await expect.poll(() => titlesIn(page, "Pending")).toEqual(["done soon"]);
    await expect.poll(async () => (await tasksOf(project))[0]?.status, settled).toBe("pending");
  });

  test("a completion that fails is taken back, with the problem and the request id, and no word of success stays", async () => {
    await using visited = await visit(browser, ["stays"], { expectsFailures: true });
    const { page } = visited;
    await page.route("**/api/tasks/*", (route) => route.abort());
    await page.getByRole("button", { name: "Complete: stays" }).click();
    await seen(messages(page).getByText("“stays” may not have been moved"));
    await seen(messages(page).getByText(/request [0-9a-f-]{8,}/));
    await expect.poll(() => titlesIn(page, "Pending")).toEqual(["stays"]);
    expect(await messages(page).getByText("Completed").count()).toBe(0);
  });

  test("a completion of a task that somebody else moved is told and taken back, and can be done all the same", async () => {
    await using visited = await visit(browser, ["shared move"], { expectsFailures: true });
    const { page, project } = visited;
    const [task] = await tasksOf(project);
    await page.route("**/api/events*", (route) => route.abort());
    await page.reload();
    await seen(card(page, "shared move"));
    await call("PATCH", `/api/tasks/${task?.id}`, { title: "theirs", status: "active" });
    await page.getByRole("button", { name: "Complete: shared move" }).click();
    await seen(messages(page).getByText("“shared move” was not moved: somebody else changed the status meanwhile."));
    await expect.poll(() => titlesIn(page, "Active"), settled).toEqual(["theirs"]);
    expect((await tasksOf(project))[0]).toMatchObject({ title: "theirs", status: "active", version: 2 });
    await messages(page).getByRole("button", { name: "Do it anyway" }).click();
    await expect.poll(async () => (await tasksOf(project))[0]?.status, settled).toBe("complete");
  });

  test("a deletion goes at once from the board and after its time from the database", async () => {
    await using visited = await visit(browser, ["old"]);
    const { page, project } = visited;
    await card(page, "old").hover();
    await page.getByRole("button", { name: "Delete: old" }).click();
    await gone(card(page, "old"));
    expect(await tasksOf(project)).toHaveLength(1);
    await expect.poll(() => tasksOf(project), settled).toEqual([]);
    expect(await titlesIn(page, "Pending")).toEqual([]);
  });

  test("Undo keeps the same task, and a page that closes has deleted nothing", async () => {
    await using visited = await visit(browser, ["dear"]);
    const { page, project } = visited;
    const before = await tasksOf(project);
    await card(page, "dear").focus();
    await page.keyboard.press("d");
    await gone(card(page, "dear"));
    await messages(page).getByRole("button", { name: "Undo" }).click();
    await seen(card(page, "dear"));
    await card(page, "dear").focus();
    await page.keyboard.press("d");
    await gone(card(page, "dear"));
    await page.close({ runBeforeUnload: true });
    expect(await tasksOf(project)).toEqual(before);
  });
});

describe("projects", () => {
  test("a new project counts zero and is shown; counts follow each task", async () => {
    await using visited = await visit(browser);
    const { page, complaints } = visited;
    const name = `Garden ${crypto.randomUUID()}`;
    await page.getByRole("button", { name: "Add project" }).click();
    await page.keyboard.type(name);
    await page.keyboard.press("Enter");
    await seen(page.getByRole("heading", { level: 1, name }));
    expect(await countBeside(page, name)).toBe("0");
    await addBox(page).fill("dig");
    await page.keyboard.press("Enter");
    await expect.poll(() => countBeside(page, name)).toBe("1");
    await gone(page.getByText("saving…"));
    await card(page, "dig").focus();
    await page.keyboard.press("Delete");
    await expect.poll(() => countBeside(page, name)).toBe("0");
    expect(complaints).toEqual([]);
  });

  test("the count is the database's, and only the chosen project's tasks are shown", async () => {
    await using other = await visit(browser, ["elsewhere"]);
    await using visited = await visit(browser, ["one", "two"]);
    const { page, project } = visited;
    expect(await titlesIn(page, "Pending")).toEqual(["two", "one"]);
    const { projects } = await call<{ projects: readonly { id: number; task_count: number }[] }>("GET", "/api/projects");
    expect(await countBeside(page, project.name)).toBe(String(projects.find(({ id }) => id === project.id)?.task_count));
    await page.getByRole("navigation").getByRole("button", { name: other.project.name }).click();
    await expect.poll(() => titlesIn(page, "Pending")).toEqual(["elsewhere"]);
    await page.goBack();
    await expect.poll(() => titlesIn(page, "Pending")).toEqual(["two", "one"]);
    await page.getByRole("button", { name: /^All tasks/ }).click();
    await page.getByRole("searchbox", { name: "Search" }).fill("elsewhere"); // among the tasks of every suite that is under way
    await seen(card(page, "elsewhere"));
  });

  test("a name that is taken is told at the box", async () => {
    await using visited = await visit(browser, [], { expectsFailures: true });
    const { page, project } = visited;
    await page.getByRole("button", { name: "Add project" }).click();
    await page.keyboard.type(project.name);
    await page.keyboard.press("Enter");
    const box = page.getByRole("textbox", { name: "Name of the new project" });
    await expect.poll(() => box.getAttribute("aria-invalid"), settled).toBe("true");
    await seen(page.getByRole("navigation").getByRole("alert"));
    await page.keyboard.press("Escape");
    await gone(box);
  });
});
