// Without the server: reading goes on, writes wait in sight and in order, nothing is lost, and the page comes back by itself.
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addBox, card, column, gone, messages, panel, seen, titlesIn } from "./parts.ts";
import { call, createTask, startBrowser, tasksOf, visit } from "./support.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await startBrowser();
});
afterAll(async () => {
  await browser.close();
});

const settled = { timeout: 20_000 };

async function goOffline(page: Page): Promise<BrowserContext> {
  const context = page.context();
  await context.setOffline(true);
  await seen(page.getByText("This device is offline."));
  return context;
}

describe("offline", () => {
  test("is said at once, reading and searching go on, and it comes back by itself", async () => {
    await using visited = await visit(browser, ["first", "second"], { expectsFailures: true });
    const { page, project, complaints } = visited;
    const context = await goOffline(page);
    await seen(page.getByText("You see what was loaded; nothing that was saved is lost."));
    await seen(page.getByRole("contentinfo").getByText(/^waiting for/));
    await page.keyboard.press("/");
    await page.keyboard.type("sec");
    await expect.poll(() => titlesIn(page, "Pending")).toEqual(["second"]);
    await page.keyboard.press("Escape");
    await createTask({ title: "meanwhile", project_id: project.id });
    await context.setOffline(false);
    await gone(page.getByText("This device is offline."));
    await seen(card(page, "meanwhile"));
    expect(complaints).toEqual([]);
  });

  test("writes wait in sight, are sent in order, and a task that was added can be changed before it has a number", async () => {
    await using visited = await visit(browser, ["old"], { expectsFailures: true });
    const { page, project } = visited;
    const context = await goOffline(page);
    await addBox(page).fill("written on the train");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Escape");
    await card(page, "written on the train").focus();
    await page.keyboard.press("2");
    await card(page, "old").focus();
    await page.keyboard.press("e");
    await page.keyboard.type("old and renamed");
    await page.keyboard.press("Enter");
    await page.keyboard.press("c");
    await expect.poll(() => titlesIn(page, "Active")).toEqual(["written on the train"]);
    await expect.poll(() => titlesIn(page, "Complete")).toEqual(["old and renamed"]);
    expect(await page.getByText("waiting…").count()).toBe(2);
    await seen(page.getByText("4 changes wait in this page and will be sent in order. Keep it open."));
    expect((await tasksOf(project)).map(({ title }) => title)).toEqual(["old"]);
    await context.setOffline(false);
    await expect
      .poll(async () => (await tasksOf(project)).map(({ title, status }) => [title, status]), settled)
      .toEqual([
        ["old and renamed", "complete"],
        ["written on the train", "active"],
      ]);
    await gone(page.getByText("waiting…"));
    await gone(page.getByText(/changes? waits?/));
  });

  test("what was done offline can be undone before it is sent, and then it never is", async () => {
    await using visited = await visit(browser, ["kept"], { expectsFailures: true });
    const { page, project } = visited;
    const context = await goOffline(page);
    const before = await tasksOf(project);
    await card(page, "kept").focus();
    await page.keyboard.press("c");
    await expect.poll(() => titlesIn(page, "Complete")).toEqual(["kept"]);
    await page.keyboard.press("u");
    await expect.poll(() => titlesIn(page, "Pending")).toEqual(["kept"]);
    await context.setOffline(false);
    await gone(page.getByText("This device is offline."));
    expect(await tasksOf(project)).toEqual(before);
  });

  test("a change that somebody else made meanwhile to the same field is told, and nothing typed is lost", async () => {
    await using visited = await visit(browser, ["contested"], { expectsFailures: true });
    const { page, project } = visited;
    const [task] = await tasksOf(project);
    const context = await goOffline(page);
    await card(page, "contested").click();
    await panel(page).getByLabel("Title").fill("our words");
    await panel(page).getByRole("button", { name: "Save" }).click();
    await gone(panel(page));
    await seen(column(page, "Pending").getByText("waiting…"));
    await call("PATCH", `/api/tasks/${task?.id}`, { title: "their words" });
    await context.setOffline(false);
    await seen(messages(page).getByText("was not changed: somebody else changed the title meanwhile."));
    await expect.poll(() => titlesIn(page, "Pending"), settled).toEqual(["their words"]);
    await messages(page).getByRole("button", { name: "Open again" }).click();
    expect(await panel(page).getByLabel("Title").inputValue()).toBe("our words");
    await panel(page).getByRole("button", { name: "Save" }).click();
    await gone(panel(page));
    expect((await tasksOf(project))[0]?.title).toBe("our words");
  });

  test("a page that is left while changes wait asks first", async () => {
    await using visited = await visit(browser, ["unsent"], { expectsFailures: true });
    const { page } = visited;
    await goOffline(page);
    await card(page, "unsent").focus();
    await page.keyboard.press("c");
    await seen(page.getByText("waiting…"));
    const asked = page.waitForEvent("dialog");
    void page.evaluate(() => location.reload());
    expect((await asked).type()).toBe("beforeunload");
    await seen(page.getByText("waiting…"));
  });

  test("a board with nothing to send is left without a question", async () => {
    await using visited = await visit(browser, ["sent"]);
    const { page, complaints } = visited;
    await card(page, "sent").focus();
    await page.keyboard.press("c");
    await expect.poll(async () => (await tasksOf(visited.project))[0]?.status, settled).toBe("complete");
    await gone(page.getByText("saving…")); // the answer is there too
    await page.reload();
    await seen(card(page, "sent"));
    expect(complaints).toEqual([]);
  });
});
