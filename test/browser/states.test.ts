// Every state of the page, told honestly: hostile texts, nothing to show, the database away, a reading that failed.
// Where a failure is needed the browser's own network is made to fail; the house itself stays as it is.
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addBox, card, column, gone, messages, panel, seen, titlesIn } from "./parts.ts";
import { boardUrl, createTask, databaseAway, problemType, startBrowser, takeDatabaseAway, tasksOf, unexpected, visit } from "./support.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(async () => {
  await browser.close();
});

describe("hostile texts", () => {
  const titles = [
    "<img src=x onerror=alert(1)>",
    "<script>alert(2)</script>",
    '"><svg onload=alert(3)>',
    "javascript:alert(4)",
    "{{constructor.constructor('alert(5)')()}}",
    "'; drop table tasks; --",
    "\u202Egnp.exe",
    "a\u0301\u{1F468}\u200D\u{1F469}\u200D\u{1F467}",
  ];

  test("titles, descriptions and people are shown as they were typed, and nothing runs", async () => {
    await using visited = await visit(browser, titles);
    const { page, complaints, project } = visited;
    await expect.poll(() => titlesIn(page, "Pending")).toEqual(titles.toReversed());
    const text = "<b onclick=alert(6)>bold</b>";
    await createTask({ title: "fields", description: text, assigned_to: text.slice(0, 28), project_id: project.id });
    await page.reload();
    await card(page, "fields").click();
    expect(await panel(page).getByLabel("Description").inputValue()).toBe(text);
    expect(await page.locator("main img, main script, main svg[onload], dialog b").count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  test("a hostile title in a message is text too", async () => {
    await using visited = await visit(browser, ["<img src=x onerror=alert(1)>"]);
    const { page, complaints } = visited;
    await card(page, "<img src=x onerror=alert(1)>").focus();
    await page.keyboard.press("c");
    await seen(messages(page).getByText("<img src=x onerror=alert(1)>"));
    expect(await page.locator(".toast img").count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  test("an address that names no project says so", async () => {
    await using visited = await visit(browser);
    const { page } = visited;
    await page.goto(`${boardUrl()}/?project=2147483647`);
    await seen(page.getByRole("heading", { level: 1, name: "No such project" }));
    await page.goto(`${boardUrl()}/?project=%3Cscript%3E`);
    await seen(page.getByRole("heading", { level: 1, name: "All tasks" }));
  });
});

describe("the footer", () => {
  test("says where the work is kept, and which request wrote last", async () => {
    await using visited = await visit(browser);
    const { page } = visited;
    const { engine, version } = (await (await fetch(`${boardUrl()}/api/about`)).json()) as { engine: string; version: string };
    const place = page.getByText(`saved in ${engine} ${version}`);
    await seen(place);
    const answer = page.waitForResponse((response) => response.request().method() === "POST");
    await addBox(page).fill("traced");
    await page.keyboard.press("Enter");
    const requestId = (await answer).headers()["x-request-id"] ?? "none";
    await expect.poll(() => place.getAttribute("title")).toContain(requestId);
  });
});

describe("away and back", () => {
  test("the board says that the database is away, keeps what it shows, and comes back by itself", async () => {
    await using visited = await visit(browser, ["still here"], { expectsFailures: true });
    const { page, project, complaints } = visited;
    await seen(card(page, "still here"));
    await takeDatabaseAway(page);
    await card(page, "still here").focus();
    await page.keyboard.press("c");
    await seen(page.getByText("The database is away (database unreachable)."));
    await seen(page.getByText("1 change waits in this page and will be sent in order."));
    await seen(column(page, "Complete").getByText("waiting…"));
    expect(await tasksOf(project)).toMatchObject([{ status: "pending" }]);
    await createTask({ title: "written meanwhile", project_id: project.id });
    await page.unrouteAll();
    await gone(page.getByText("The database is away"));
    await expect.poll(() => titlesIn(page, "Pending")).toEqual(["written meanwhile"]);
    await expect.poll(async () => (await tasksOf(project)).map(({ status }) => status)).toEqual(["complete", "pending"]);
    await gone(page.getByText("waiting…"));
    expect(complaints).toEqual([]);
  });

  test.each([
    ["RH-CONN-001", "“unsure” was not added"],
    ["RH-CONN-004", "“unsure” may not have been added"],
  ])("a write that ends with %s is told with what is known of it", async (code, words) => {
    await using visited = await visit(browser, [], { expectsFailures: true });
    const { page } = visited;
    const body = JSON.stringify({ ...databaseAway, code });
    await page.route("**/api/tasks", (route) => route.fulfill({ status: 503, contentType: problemType, body }));
    await addBox(page).fill("unsure");
    await page.keyboard.press("Enter");
    await seen(messages(page).getByText(words));
  });

  test("a board opened while the server is away fills when it answers", async () => {
    await using visited = await visit(browser, ["later"], { expectsFailures: true });
    const { page } = visited;
    for (const path of ["**/api/**", "**/readyz"]) await page.route(path, (route) => route.abort());
    await page.reload();
    await seen(page.getByText("The server does not answer."));
    await seen(column(page, "Pending").getByText("Shown as soon as there is an answer."));
    await page.unrouteAll();
    await seen(card(page, "later"));
  });

  test("a reading that fails names the request and can be tried again", async () => {
    await using visited = await visit(browser, ["readable"], { expectsFailures: true });
    const { page } = visited;
    await page.route("**/api/tasks*", (route) => route.fulfill({ status: 500, contentType: problemType, body: JSON.stringify(unexpected) }));
    await page.reload();
    await seen(page.getByRole("alert").getByText("The server says: an unexpected failure."));
    await seen(page.getByRole("alert").getByText("request 0000-bug"));
    await page.unrouteAll();
    await page.getByRole("button", { name: "Try again" }).click();
    await seen(card(page, "readable"));
  });
});
