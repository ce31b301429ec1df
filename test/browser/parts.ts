// The parts of the board as a person finds them: by role and name.
import type { Locator, Page } from "playwright-core";

export const addBox = (page: Page): Locator => page.getByRole("textbox", { name: /^Add a task/ });

export const column = (page: Page, title: string): Locator => page.getByRole("region", { name: title });

/** The titles of a column's cards, from the top, once they have been read: a column that still reads has none yet. */
export async function titlesIn(page: Page, title: string): Promise<readonly string[]> {
  const shown = column(page, title);
  await seen(shown);
  await gone(stillReading(shown));
  return shown.locator(".card-open").allInnerTexts();
}

/** What stands in a column or a list until the first answer with its tasks. */
export const stillReading = (place: Locator | Page): Locator => place.getByText("Reading the tasks", { exact: true });

export const card = (page: Page, title: string): Locator => page.getByRole("button", { name: title, exact: true });

/** The column that a phone shows. */
export const tabPanel = (page: Page): Locator => page.locator("[role=tabpanel]:not([inert])");

export const panel = (page: Page): Locator => page.getByRole("dialog", { name: /^Task #/ });

export const messages = (page: Page): Locator => page.getByRole("region", { name: "Messages" });

/** The count beside a project, or beside "All tasks". */
export async function countBeside(page: Page, name: string): Promise<string | null> {
  return page.getByRole("navigation").getByRole("button", { name }).locator(".count").textContent();
}

/** The browser's answer to a condition that comes true by itself: waits for it, 15 seconds at most. */
export async function seen(locator: Locator): Promise<void> {
  await locator.first().waitFor({ state: "visible" });
}

export async function gone(locator: Locator): Promise<void> {
  await locator.first().waitFor({ state: "detached" });
}
