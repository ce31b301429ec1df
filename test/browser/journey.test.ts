// The journey of somebody new, from an empty house to a day's work and a lost connection, each in a house of its own: on a desk in the
// dark and on a phone in the light; with ROWHOUSE_BROWSER=full at both widths in both. With ROWHOUSE_SCREENSHOTS=1, which wants all
// of them too, the stations are written to docs/images/.
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Project } from "../../src/app/api/contract/projects.ts";
import type { TestHouse } from "../support/houses.ts";
import { addBox, card, column, gone, messages, seen, tabPanel } from "./parts.ts";
import { boardUrl, call, findings, houseOfItsOwn, startBrowser, tasksOf } from "./support.ts";

const settled = { timeout: 20_000 };
const looks = [
  { width: 1440, height: 900, colorScheme: "dark" },
  { width: 390, height: 844, colorScheme: "light" },
] as const;
const otherLooks = [
  { width: 1440, height: 900, colorScheme: "light" },
  { width: 390, height: 844, colorScheme: "dark" },
] as const;
const isPictured = process.env["ROWHOUSE_SCREENSHOTS"] === "1";
const isFull = isPictured || process.env["ROWHOUSE_BROWSER"] === "full";

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(async () => {
  await browser.close();
});

describe.each(isFull ? [...looks, ...otherLooks] : looks)("at $width pixels, $colorScheme", ({ width, height, colorScheme }) => {
  const isPhone = width < 640;
  let house: TestHouse;
  let page: Page;
  let project: Project;
  beforeAll(async () => {
    house = await houseOfItsOwn();
    page = await browser.newPage({ viewport: { width, height }, colorScheme, hasTouch: isPhone });
    page.setDefaultTimeout(15_000);
    await page.goto(boardUrl());
  });
  afterAll(async () => {
    await page.close();
    await house[Symbol.asyncDispose]();
  });

  const station = async (name: string) => {
    expect(await findings(page)).toEqual([]);
    if (!isPictured) return;
    const path = fileURLToPath(new URL(`../../docs/images/board-${name}-${width}-${colorScheme}.png`, import.meta.url));
    await page.screenshot({ path });
  };
  const shown = (status: string) => (isPhone ? tabPanel(page) : column(page, status));
  const show = async (status: string) => {
    if (isPhone) await page.getByRole("tab", { name: new RegExp(`^${status}`) }).click();
  };

  test("somebody new is welcomed, and starts with a project", async () => {
    await seen(page.getByRole("heading", { name: "Nothing to do yet" }));
    await station("welcome");
    await page.getByRole("button", { name: "Start with a project" }).click();
    await page.keyboard.type("Office move");
    await page.keyboard.press("Enter");
    await seen(page.getByRole("heading", { level: 1, name: "Office move" }));
    const { projects } = await call<{ projects: readonly Project[] }>("GET", "/api/projects");
    expect(projects.map(({ name, task_count: count }) => [name, count])).toEqual([["Office move", 0]]);
    project = projects[0] as Project;
  });

  test("twenty tasks by keyboard", async () => {
    await addBox(page).focus();
    for (let number = 1; number <= 20; number += 1) {
      await page.keyboard.type(number % 5 === 0 ? `Task ${number} !3 @Mira tomorrow` : `Task ${number}`);
      await page.keyboard.press("Enter");
    }
    await expect.poll(() => tasksOf(project), settled).toHaveLength(20);
    await gone(page.getByText("saving…"));
    const tasks = await tasksOf(project);
    expect(tasks.map(({ title }) => title)).toEqual(Array.from({ length: 20 }, (_, index) => `Task ${index + 1}`));
    expect(tasks.filter(({ priority, assigned_to: person, due_date: due }) => priority === 3 && person === "Mira" && due !== null)).toHaveLength(4);
    await page.keyboard.press("Escape");
    await station("tasks");
  });

  test("a task is dragged to the next column", async () => {
    const from = await card(page, "Task 20").boundingBox();
    const to = await (isPhone ? page.getByRole("tab", { name: /^Active/ }) : column(page, "Active")).boundingBox();
    if (!from || !to) throw new Error("card or column is not in the page");
    await page.mouse.move(from.x + 60, from.y + 10);
    await page.mouse.down();
    await page.mouse.move(from.x + 80, from.y + 30, { steps: 3 });
    await page.mouse.move(to.x + to.width / 2, to.y + to.height / 2, { steps: 6 });
    await page.mouse.up();
    await expect.poll(async () => (await tasksOf(project)).at(-1)?.status, settled).toBe("active");
    await show("Active");
    await seen(shown("Active").getByText("Task 20"));
    await show("Pending");
  });

  test("a filter leaves the urgent ones, all of them are completed at once, and that is undone", async () => {
    await page.getByRole("button", { name: "Filter", exact: true }).click();
    await page.getByRole("dialog").getByText("High", { exact: true }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Done" }).click();
    await expect.poll(() => shown("Pending").locator("[data-task-id]").count()).toBe(3);
    await page.locator("#tasks").focus();
    await page.keyboard.press("ControlOrMeta+a");
    await seen(page.getByText("4 selected").first());
    await station("selected");
    await page.keyboard.press("3");
    const statuses = async () => (await tasksOf(project)).filter(({ priority }) => priority === 3).map(({ status }) => status);
    await expect.poll(statuses, settled).toEqual(["complete", "complete", "complete", "complete"]);
    await messages(page).getByRole("button", { name: "Undo" }).last().click();
    await expect.poll(statuses, settled).toEqual(["pending", "pending", "pending", "active"]);
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: "Without the filter: Priority high" }).click();
    await seen(card(page, "Task 19"));
  });

  test("offline the work goes on, and it is sent when the connection is back", async () => {
    await page.context().setOffline(true);
    await seen(page.getByText("This device is offline."));
    await addBox(page).fill("Written on the train");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Escape");
    await seen(page.getByText("waiting…"));
    await station("offline");
    expect(await tasksOf(project)).toHaveLength(20);
    await page.context().setOffline(false);
    await expect.poll(() => tasksOf(project), settled).toHaveLength(21);
    await gone(page.getByText("waiting…"));
    await gone(page.getByText("This device is offline."));
    await station("back");
  });
});
