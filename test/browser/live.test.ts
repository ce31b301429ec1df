// The board's client of live changes, in a real browser: it starts, is told every change once, comes back from where it was, and
// lets go while nobody looks.
import { readFile } from "node:fs/promises";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { transformWithOxc } from "vite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { followChanges } from "../../web/kit/live.ts";
import { boardUrl, call, createTask, startBrowser } from "./support.ts";

const path = fileURLToPath(new URL("../../web/kit/live.ts", import.meta.url));

describe("live changes in a browser", () => {
  let browser: Browser;
  let script: string;
  beforeAll(async () => {
    browser = await startBrowser();
    script = (await transformWithOxc(await readFile(path, "utf8"), path)).code;
  });
  afterAll(() => browser?.close());

  /** An empty page of the house that follows, and what it is told of tasks with this title, with starts and connections. */
  const follow = async (title: string, url = boardUrl()) => {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.route("**/live-under-test*", (route) => {
      if (!route.request().url().endsWith(".js")) return route.fulfill({ contentType: "text/html", body: "<!doctype html><title>live</title>" });
      return route.fulfill({ contentType: "text/javascript", body: `${script}\nwindow.followChanges = followChanges;` });
    });
    await page.goto(`${url}/live-under-test`);
    await page.clock.install();
    await page.addScriptTag({ type: "module", url: "/live-under-test.js" });
    await page.waitForFunction(() => "followChanges" in window);
    await page.evaluate((wanted) => {
      const client = window as unknown as { followChanges: typeof followChanges };
      const told: string[] = [];
      client.followChanges({
        onStart: () => told.push("start"),
        onChange: ({ kind, task }) => task?.title.startsWith(wanted) && told.push(`${kind} ${task.title}`),
        onConnection: (isConnected) => told.push(isConnected ? "connected" : "cut"),
      });
      Object.assign(window, { told });
    }, title);
    const told = () => page.evaluate(() => (window as unknown as { told: readonly string[] }).told);
    await expect.poll(told).toStrictEqual(["connected", "start"]);
    return { page, told, [Symbol.asyncDispose]: () => context.close() };
  };
  const dispatch = (page: Page, name: "pagehide" | "pageshow") => page.evaluate((type) => window.dispatchEvent(new PageTransitionEvent(type)), name);

  test("begins with a start, and tells every change of a task", async () => {
    await using there = await follow("told");
    const { id } = await createTask({ title: "told" });
    await call("PATCH", `/api/tasks/${id}`, { title: "told again" });
    await expect.poll(there.told).toStrictEqual(["connected", "start", "task.created told", "task.changed told again"]);
  });

  test("comes back from where it was when the server answered with something else, and misses nothing", async () => {
    await using there = await follow("kept");
    await createTask({ title: "kept 1" });
    await expect.poll(there.told).toHaveLength(3);
    await dispatch(there.page, "pagehide");
    await there.page.clock.runFor(1);
    await createTask({ title: "kept 2" });
    const seen: string[] = [];
    there.page.on("request", (request) => seen.push(decodeURIComponent(new URL(request.url()).search)));
    await there.page.route("**/api/events*", (route) => route.fulfill({ status: 503 }), { times: 1 });
    await dispatch(there.page, "pageshow");
    await expect.poll(there.told).toStrictEqual(["connected", "start", "task.created kept 1", "cut"]);
    await there.page.clock.runFor(2_000);
    await expect.poll(there.told).toStrictEqual(["connected", "start", "task.created kept 1", "cut", "connected", "task.created kept 2"]);
    expect(seen).toStrictEqual([expect.stringMatching(/^\?after=\d+\.[0-9a-z]+/), seen[0]]);
  });

  test("comes back by itself when its connection was cut, and anew when the network came back, and misses nothing", async () => {
    await using between = await proxyTo(boardUrl());
    await using there = await follow("cut", between.url);
    between.cut();
    await createTask({ title: "cut 1" });
    await expect.poll(there.told).toStrictEqual(["connected", "start", "cut", "connected", "task.created cut 1"]);
    await there.page.evaluate(() => window.dispatchEvent(new Event("online")));
    await createTask({ title: "cut 2" });
    await expect.poll(there.told).toStrictEqual(["connected", "start", "cut", "connected", "task.created cut 1", "connected", "task.created cut 2"]);
  });

  test("lets go while nobody looks, and comes back when somebody does", async () => {
    await using there = await follow("hidden");
    const hide = (isHidden: boolean) =>
      there.page.evaluate((hidden) => {
        Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
        document.dispatchEvent(new Event("visibilitychange"));
      }, isHidden);
    await hide(true);
    await there.page.clock.runFor(9_000);
    await createTask({ title: "hidden 1" });
    await expect.poll(there.told).toStrictEqual(["connected", "start", "task.created hidden 1"]);
    await there.page.clock.runFor(2_000);
    await createTask({ title: "hidden 2" });
    await using watching = await follow("hidden 3");
    await createTask({ title: "hidden 3" });
    await expect.poll(watching.told).toHaveLength(3);
    expect(await there.told()).toHaveLength(3);
    await hide(false);
    await expect
      .poll(there.told)
      .toStrictEqual(["connected", "start", "task.created hidden 1", "connected", "task.created hidden 2", "task.created hidden 3"]);
  });
});

/** Passes connections on to `url`, until they are cut. */
async function proxyTo(url: string) {
  const { hostname, port } = new URL(url);
  const sockets = new Set<Socket>();
  const cut = () => {
    for (const socket of sockets) socket.destroy();
    sockets.clear();
  };
  const server = createServer((near) => {
    const far = connect(Number(port), hostname);
    for (const socket of [near, far]) sockets.add(socket.on("error", cut));
    near.pipe(far).pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = async () => {
    server.close();
    cut();
  };
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, cut, [Symbol.asyncDispose]: close };
}
