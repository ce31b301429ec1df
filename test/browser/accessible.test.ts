// axe-core finds nothing on any state of the board, light and dark, on a desk and on a phone; and no state is wider than its page.
// `npm test` looks at each state at one width, at both in turn; ROWHOUSE_BROWSER=full looks at every state at both.
// Source: https://github.com/dequelabs/axe-core/blob/develop/doc/API.md
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addBox, card, column, messages, panel, seen, tabPanel } from "./parts.ts";
import {
  boardUrl,
  createTask,
  findings,
  startBrowser,
  problemType,
  takeDatabaseAway,
  unexpected,
  type Visit,
  type VisitOptions,
  visit,
} from "./support.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(async () => {
  await browser.close();
});

type State = (visited: Visit) => Promise<void>;

const states: Readonly<Record<string, State>> = {
  "with tasks": async ({ page, project }) => {
    await createTask({ title: "late and urgent", project_id: project.id, priority: 3, due_date: "2020-01-01T00:00:00Z" });
    await createTask({ title: "done", project_id: project.id, status: "complete" });
    await page.reload();
    await seen(card(page, "late and urgent"));
  },
  empty: async ({ page }) => seen(page.getByText("Nothing is waiting.")),
  "with a card under the focus": async ({ page, project }) => {
    await createTask({ title: "looked at", project_id: project.id });
    await page.reload();
    await card(page, "looked at").focus();
  },
  "as a list": async ({ page, project }) => {
    await createTask({ title: "a line", project_id: project.id, priority: 2, assigned_to: "Mira", due_date: "2020-01-01T00:00:00Z" });
    await page.goto(`${boardUrl()}/?view=list&project=${project.id}&sort=-priority`);
    await seen(card(page, "a line"));
  },
  "with several selected": async ({ page, project }) => {
    for (const title of ["one", "two"]) await createTask({ title, project_id: project.id });
    await page.reload();
    await card(page, "one").focus();
    await page.keyboard.press("ControlOrMeta+a");
    await seen(page.getByRole("region", { name: "Selected tasks" }));
  },
  "with a value to pick": async ({ page, project }) => {
    await createTask({ title: "one", project_id: project.id, assigned_to: "Mira" });
    await page.reload();
    await card(page, "one").focus();
    await page.keyboard.press("a");
    await page.keyboard.type("mi");
    await seen(page.getByRole("dialog").getByRole("button", { name: "Mira" }));
  },
  "with a due date to pick": async ({ page, project }) => {
    await createTask({ title: "one", project_id: project.id });
    await page.reload();
    await card(page, "one").focus();
    await page.keyboard.press("s");
    await seen(page.getByRole("dialog").getByLabel("Another day"));
  },
  "with the filters open": async ({ page, project }) => {
    await page.goto(`${boardUrl()}/?project=${project.id}&status=pending&priority=1`);
    await page.getByRole("button", { name: "Filter", exact: true }).click();
    await seen(page.getByRole("dialog", { name: "Filter and sort" }));
  },
  "with nothing found": async ({ page, project }) => {
    await createTask({ title: "one", project_id: project.id });
    await page.goto(`${boardUrl()}/?project=${project.id}&q=xyz&priority=3&assignee=`);
    await seen(page.getByRole("heading", { name: "Nothing found" }));
  },
  "with what a line was understood as": async ({ page }) => {
    await addBox(page).fill("Call !3 @Mira tomorrow");
    await seen(page.getByRole("status", { name: "Understood" }).getByText("Mira"));
  },
  "with a title as a box and its problem": async ({ page, project }) => {
    await createTask({ title: "one", project_id: project.id });
    await page.reload();
    await card(page, "one").focus();
    await page.keyboard.press("e");
    await page.keyboard.press("Delete");
    await page.keyboard.press("Enter");
    await seen(page.getByRole("alert").getByText("A task needs a title."));
  },
  "with the archive in sight": async ({ page, project }) => {
    await createTask({ title: "old", project_id: project.id, status: "archived" });
    await page.reload();
    const isPhone = (page.viewportSize()?.width ?? 0) < 640;
    if (isPhone) await page.getByRole("tab", { name: /Archived/ }).click();
    else await page.getByRole("button", { name: /Archived/ }).click();
    await seen((isPhone ? tabPanel(page) : column(page, "Archived")).getByText("old"));
  },
  "with the places open": async ({ page }) => {
    const isPhone = (page.viewportSize()?.width ?? 0) < 640;
    if (isPhone) await page.getByRole("button", { name: "Projects" }).click();
    await page.getByRole("button", { name: "Add project" }).click();
    await seen(page.getByRole("textbox", { name: "Name of the new project" }));
  },
  "without events": async ({ page }) => {
    await page.route("**/api/events*", (route) => route.abort());
    await page.reload();
    await seen(page.getByText("not live, looking every 15 s"));
  },
  "with the edit panel and its problems": async ({ page, project }) => {
    await createTask({ title: "opened", project_id: project.id });
    await page.reload();
    await card(page, "opened").click();
    await panel(page).getByLabel("Title").fill("");
    await panel(page).getByRole("button", { name: "Save" }).click();
    await seen(panel(page).getByText("A task needs a title."));
  },
  "with the help sheet": async ({ page }) => {
    await page.keyboard.press("?");
    await seen(page.getByRole("dialog", { name: "Help" }));
  },
  "with messages": async ({ page, project }) => {
    await createTask({ title: "moved", project_id: project.id });
    await page.reload();
    await card(page, "moved").focus();
    await page.keyboard.press("c");
    await seen(messages(page).getByRole("button", { name: "Undo" }));
  },
  "with a problem at the box": async ({ page }) => {
    await addBox(page).fill("  ");
    await page.keyboard.press("Enter");
    await seen(page.getByText("A task needs a title."));
  },
  "with the database away": async ({ page }) => {
    await takeDatabaseAway(page);
    await addBox(page).fill("not sent yet");
    await page.keyboard.press("Enter");
    await seen(page.getByText("The database is away"));
    await seen(page.getByText("waiting…"));
  },
  "with nothing read": async ({ page }) => {
    await page.route("**/api/tasks*", (route) => route.fulfill({ status: 500, contentType: problemType, body: JSON.stringify(unexpected) }));
    await page.reload();
    await seen(page.getByText("The tasks could not be read"));
  },
};

const widths: readonly (VisitOptions & { readonly name: string })[] = [{ name: "a desk" }, { name: "a phone", isPhone: true }];
const isFull = process.env["ROWHOUSE_BROWSER"] === "full";
const looks = Object.entries(states).flatMap(([state, enter], index) =>
  widths.filter((_, place) => isFull || place === index % widths.length).map((options) => ({ state, enter, options })),
);

describe("axe-core finds nothing, light or dark,", () => {
  test.each(looks)("$state, on $options.name", async ({ enter, options }) => {
    await using visited = await visit(browser, [], { ...options, expectsFailures: true });
    const { page, complaints } = visited;
    await enter(visited);
    for (const colorScheme of ["light", "dark"] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await findings(page), colorScheme).toEqual([]);
    }
    expect(await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth)).toBe(false);
    expect(complaints).toEqual([]);
  });
});
