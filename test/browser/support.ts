/// <reference lib="dom" />
// A real browser on the board of a real house. Each visit works in a project of its own, so that suites do not see each
// other's tasks, and collects whatever the page complains about: console errors, uncaught errors, violations of the policy.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { type Browser, chromium, type Page } from "playwright-core";
import { inject } from "vitest";
import type { Project } from "../../src/app/api/contract/projects.ts";
import { standingHouse, type TestHouse } from "../support/houses.ts";
import { gone, seen, stillReading } from "./parts.ts";
import type { NewTask, Task } from "../../src/app/api/contract/tasks.ts";

const switches = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const axePath = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

let ownHouse: TestHouse | undefined;

/** Where the board under test answers. */
export function boardUrl(): string {
  return ownHouse?.url ?? inject("boardUrl");
}

/** A house for one suite alone: an empty one, or one that it fills. From now on the suite's visits go there. */
export async function houseOfItsOwn(): Promise<TestHouse> {
  ownHouse = await standingHouse({ engine: inject("engine") });
  return ownHouse;
}

/** Chromium with a new profile. */
export async function startBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: "/usr/bin/chromium", headless: true, args: switches });
}

export interface VisitOptions {
  readonly isDark?: boolean;
  readonly isPhone?: boolean;
  /** Failing requests are part of the test; the browser's lines about them are no complaint. */
  readonly expectsFailures?: boolean;
}

export interface Visit extends AsyncDisposable {
  readonly page: Page;
  readonly project: Project;
  /** What the page complained about. */
  readonly complaints: readonly string[];
}

/** Opens the board in a new project that holds `titles`, the first one oldest, and waits until they were read. */
export async function visit(browser: Browser, titles: readonly string[] = [], options: VisitOptions = {}): Promise<Visit> {
  const project = await createProject();
  for (const title of titles) await createTask({ title, project_id: project.id });
  const size = options.isPhone ? { width: 390, height: 844 } : { width: 1440, height: 900 };
  const context = await browser.newContext({ viewport: size, colorScheme: options.isDark ? "dark" : "light", hasTouch: options.isPhone ?? false });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const complaints = await collectComplaints(page, options.expectsFailures ?? false);
  await page.goto(`${boardUrl()}/?project=${project.id}`);
  await seen(page.getByRole("heading", { level: 1, name: project.name }));
  await gone(stillReading(page));
  return { page, project, complaints, [Symbol.asyncDispose]: () => context.close() };
}

async function collectComplaints(page: Page, expectsFailures: boolean): Promise<readonly string[]> {
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(`uncaught: ${error.message}`));
  page.on("dialog", (dialog) => {
    complaints.push(`a script opened a dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("console", (message) => {
    const isExpected = expectsFailures && message.text().startsWith("Failed to load resource");
    if (["error", "warning"].includes(message.type()) && !isExpected) complaints.push(message.text());
  });
  await page.exposeFunction("noteViolation", (text: string) => complaints.push(`policy: ${text}`));
  await page.addInitScript(() => {
    const { noteViolation } = window as unknown as { noteViolation: (text: string) => void };
    document.addEventListener("securitypolicyviolation", (event) => noteViolation(`${event.violatedDirective} ${event.blockedURI}`));
  });
  return complaints;
}

/** What axe-core finds on the page as it stands, one line each. */
export async function findings(page: Page): Promise<readonly string[]> {
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(await readFile(axePath, "utf8"));
  return page.evaluate(async () => {
    const { axe } = window as unknown as { axe: typeof import("axe-core") };
    const { violations } = await axe.run(document, { resultTypes: ["violations"] });
    return violations.flatMap((violation) => violation.nodes.map((node) => `${violation.id}: ${node.target.join(" ")}`));
  });
}

export async function createProject(): Promise<Project> {
  const name = `Project ${crypto.randomUUID()}`;
  const { project } = await call<{ project: Project }>("POST", "/api/projects", { name });
  return project;
}

export async function createTask(task: NewTask): Promise<Task> {
  return (await call<{ task: Task }>("POST", "/api/tasks", task)).task;
}

/** The project's tasks as the database has them. */
export async function tasksOf(project: Project): Promise<readonly Task[]> {
  return (await call<{ tasks: readonly Task[] }>("GET", `/api/tasks?limit=500&project_id=${project.id}`)).tasks;
}

export async function call<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
  const headers: Record<string, string> = {
    ...(body === undefined ? {} : { "content-type": "application/json" }),
    ...(method === "PATCH" ? { "if-match": "*" } : {}),
  };
  const response = await fetch(`${boardUrl()}${path}`, { method, headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${await response.text()}`);
  return (await response.json()) as Answer;
}

export const problemType = "application/problem+json";
export const databaseAway = {
  type: "about:blank",
  title: "the database server cannot be reached",
  status: 503,
  code: "RH-CONN-001",
  request_id: "0000-away",
};
export const unexpected = { type: "about:blank", title: "an unexpected failure", status: 500, code: "RH-BUG-001", request_id: "0000-bug" };

/** From now on the page's calls meet a house whose database is away. */
export async function takeDatabaseAway(page: Page): Promise<void> {
  await page.route("**/api/**", (route) => route.fulfill({ status: 503, contentType: problemType, body: JSON.stringify(databaseAway) }));
  await page.route("**/readyz", (route) => route.fulfill({ status: 503, json: { status: "not ready", reason: "database unreachable" } }));
}
