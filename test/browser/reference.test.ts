/// <reference lib="dom" />
// The page that shows the API: every operation of the document, commands that can be copied and run, GETs that can be tried, by
// keyboard, on a phone, light and dark, with nothing that axe-core finds.
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { seen } from "./parts.ts";
import { boardUrl, call, createProject, createTask, findings, startBrowser } from "./support.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(async () => {
  await browser.close();
});

interface Opened extends AsyncDisposable {
  readonly page: Page;
  readonly complaints: readonly string[];
}

async function open(options: { readonly width?: number; readonly path?: string } = {}): Promise<Opened> {
  const { width = 1440, path = "/reference/" } = options;
  const context = await browser.newContext({ viewport: { width, height: 844 } });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(`uncaught: ${error.message}`));
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  await page.goto(`${boardUrl()}${path}`);
  await seen(page.locator("article"));
  return { page, complaints, [Symbol.asyncDispose]: () => context.close() };
}

const operation = (page: Page, id: string) => page.locator(`article#${id}`);

describe("the reference", () => {
  test("shows every operation of the document and every schema that has a name", async () => {
    await using opened = await open();
    const { page, complaints } = opened;
    const { paths, components } = await call<{ paths: Record<string, Record<string, { operationId: string }>>; components: { schemas: object } }>(
      "GET",
      "/api/openapi.json",
    );
    await seen(operation(page, "listTasks"));
    const ids = Object.values(paths).flatMap((methods) =>
      Object.entries(methods).flatMap(([method, { operationId }]) => (method === "head" ? [] : [operationId])),
    );
    const names = Object.keys(components.schemas).map((name) => `schema-${name}`);
    expect((await page.locator("article").evaluateAll((all) => all.map(({ id }) => id))).sort()).toEqual([...ids, ...names].sort());
    expect(complaints).toEqual([]);
  });

  test("finds operations by words, and leaves nothing to chance in an empty list", async () => {
    await using opened = await open();
    const { page } = opened;
    await page.keyboard.press("/");
    await page.keyboard.type("deleteTask");
    await seen(operation(page, "deleteTask"));
    await expect.poll(() => page.locator("article").count()).toBe(1);
    await page.getByLabel("Find").fill("idempotency-key post /api/projects");
    await seen(operation(page, "createProject"));
    await expect.poll(() => page.locator("article").count()).toBe(1);
    await page.keyboard.type(" nothing");
    await seen(page.getByText("No operation holds these words."));
  });

  test("leads to an operation by its address, and from a schema's name to the schema", async () => {
    await using opened = await open({ path: "/reference/#readTask" });
    const { page } = opened;
    await expect.poll(() => operation(page, "readTask").evaluate((one) => one.getBoundingClientRect().top)).toBeLessThan(400);
    await operation(page, "readTask").getByRole("link", { name: "TaskAnswer" }).click();
    await expect.poll(() => page.locator("#schema-TaskAnswer").evaluate((one) => one.getBoundingClientRect().top)).toBeLessThan(400);
  });

  test("gives a command that a shell runs as it stands", async () => {
    await using opened = await open();
    const command = (await operation(opened.page, "createProject").locator("pre").textContent()) ?? "";
    const { stdout } = await promisify(execFile)("/bin/sh", ["-c", `${command} -s`]);
    expect(JSON.parse(stdout)).toHaveProperty("project.id");
  });

  test("tries a GET on this very server", async () => {
    const project = await createProject();
    const task = await createTask({ title: "<img src=x onerror=alert(1)>", project_id: project.id });
    await using opened = await open();
    const { page, complaints } = opened;
    const one = operation(page, "readTask");
    await one.getByText("Try it").click();
    await one.getByLabel("id", { exact: true }).fill(String(task.id));
    await one.getByRole("button", { name: "Send" }).click();
    await expect.poll(() => one.getByLabel("The answer").inputValue()).toContain(`"id": ${task.id}`);
    await seen(one.getByText(/^200 in \d+ ms, request [0-9a-f]+$/));
    expect(complaints).toEqual([]);
  });

  test("says when the document cannot be read, and tries again", async () => {
    await using opened = await open();
    const { page } = opened;
    await page.route("**/api/openapi.json", (route) => route.abort());
    await page.reload();
    await seen(page.getByRole("alert").getByText("The document could not be read"));
    await page.unrouteAll();
    await page.getByRole("button", { name: "Try again" }).click();
    await seen(operation(page, "listTasks"));
  });

  test.each([1440, 390])("at %d pixels has nothing that axe-core finds and nothing beyond its edge, light and dark", async (width) => {
    await using opened = await open({ width });
    const { page, complaints } = opened;
    await operation(page, "readTask").getByText("Try it").click();
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await findings(page), colorScheme).toEqual([]);
    }
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
    expect(complaints).toEqual([]);
  });
});
