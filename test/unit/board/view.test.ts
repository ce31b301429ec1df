// Addresses, filters and orders: an address says the same after it was written and read, hostile ones mean nothing, and what is
// filtered and sorted here is told to the server in the same words.
import { describe, expect, test } from "vitest";
import { emptyAddress, formatAddress, parseAddress } from "../../../web/board/view/address.ts";
import { buildGroups, plansOf } from "../../../web/board/view/build.ts";
import { conditionOf, filterOf } from "../../../web/board/view/conditions.ts";
import { listOrder, listSort } from "../../../web/board/view/order.ts";
import { taskWith } from "./tasks.ts";

/** A Wednesday. */
const now = new Date(2026, 10, 25, 10, 0);
const at = (day: number, hour = 12) => new Date(2026, 10, day, hour).toISOString();

describe("an address", () => {
  test.each([
    "/",
    "/?view=list",
    "/?project=3",
    "/?project=none&due=overdue",
    "/?view=list&project=3&status=pending,active&priority=2,3&assignee=Mira&due=week&q=desk+%26+chair&sort=-priority",
    "/?assignee=",
    "/?sort=id",
    "/?view=stats&project=1",
  ])("%s says the same after it was read and written", (path) => {
    expect(formatAddress(parseAddress(path.slice(1)))).toBe(path);
  });

  test.each([
    "?project=%3Cscript%3E",
    "?project=0",
    "?project=99999999999",
    "?view=grid&status=open&priority=9&due=someday&sort=-password",
    "?sort=description",
    "?__proto__=1&constructor=2",
  ])("%s that means nothing shows everything", (query) => {
    expect(parseAddress(query)).toEqual(emptyAddress);
  });
});

const tasks = [
  taskWith({ id: 1, due_date: at(24), project_id: 1, priority: 5, assigned_to: "Mira", title: "Order 14 desks" }),
  taskWith({ id: 2, due_date: at(24), status: "complete", priority: 3 }),
  taskWith({ id: 3, due_date: at(25, 23), status: "active", project_id: 2, priority: -1, description: "with a DESK" }),
  taskWith({ id: 4, due_date: at(29), priority: 1, assigned_to: "mira" }),
  taskWith({ id: 5, due_date: at(30) }),
  taskWith({ id: 6, title: "100 % of a_b", priority: 2 }),
];
const found = (query: string) => tasks.filter(conditionOf(parseAddress(query), now)).map(({ id }) => id);

describe("filters", () => {
  test.each([
    ["", [1, 2, 3, 4, 5, 6]],
    ["?project=1", [1]],
    ["?project=none", [2, 4, 5, 6]],
    ["?status=complete,active", [2, 3]],
    ["?priority=3", [1, 2]],
    ["?priority=0", [3, 5]],
    ["?priority=1,2", [4, 6]],
    ["?assignee=Mira", [1]],
    ["?assignee=", [2, 3, 5, 6]],
    ["?due=overdue", [1]],
    ["?due=today", [3]],
    ["?due=week", [3, 4]],
    ["?due=none", [6]],
    ["?q=desk", [1, 3]],
    ["?q=%25", [6]],
    ["?q=a_b", [6]],
    ["?q=%234", [4]],
    ["?q=%23", []],
    ["?due=overdue&priority=3&q=order", [1]],
  ])("%s finds %j", (query, ids) => expect(found(query)).toEqual(ids));

  test("are told to the server field by field", () => {
    expect(filterOf(parseAddress("?project=1&status=pending&priority=0,3&assignee=&q=x"), now)).toEqual({
      filter: {
        and: [
          { project_id: 1 },
          { status: { in: ["pending"] } },
          { or: [{ priority: { lte: 0 } }, { priority: { gte: 3 } }] },
          { assigned_to: null },
        ],
      },
      search: "x",
    });
    expect(filterOf(parseAddress("?q=%2312"), now)).toEqual({ filter: { id: 12 }, search: undefined });
    expect(filterOf(parseAddress(""), now)).toEqual({ filter: undefined, search: undefined });
    expect(filterOf(parseAddress("?due=today"), now).filter).toEqual({
      due_date: { gte: new Date(2026, 10, 25).toISOString(), lt: new Date(2026, 10, 26).toISOString() },
    });
  });
});

describe("orders", () => {
  const sorted = (sort: string) => {
    const address = parseAddress(`?sort=${sort}`);
    return tasks.toSorted(listOrder(address.sort, (id) => (id === 1 ? "Österreich" : "Peru"))).map(({ id }) => id);
  };

  test.each([
    ["-id", [6, 5, 4, 3, 2, 1], "-id"],
    ["id", [1, 2, 3, 4, 5, 6], "id"],
    ["due_date", [2, 1, 3, 4, 5, 6], "due_date,-id"],
    ["-due_date", [5, 4, 3, 2, 1, 6], "-due_date,-id"],
    ["-priority", [1, 2, 6, 4, 5, 3], "-priority,-id"],
    ["project_id", [1, 3, 6, 5, 4, 2], "project_id,-id"],
    ["assigned_to", [4, 1, 6, 5, 3, 2], "assigned_to,-id"],
    ["status", [6, 5, 4, 1, 3, 2], "status,-id"],
  ])("%s is %j, on the server %s", (sort, ids, name) => {
    expect(sorted(sort)).toEqual(ids);
    expect(listSort(parseAddress(`?sort=${sort}`).sort)).toBe(name);
  });

  test("titles stand by their letters, whatever their case and accents", () => {
    const named = ["zebra", "Äpfel", "apple", "Zoo", "äther"].map((title, index) => taskWith({ id: index + 1, title }));
    expect(named.toSorted(listOrder({ field: "title", isDescending: false }, () => "")).map(({ title }) => title)).toEqual([
      "Äpfel",
      "apple",
      "äther",
      "zebra",
      "Zoo",
    ]);
  });
});

describe("groups", () => {
  const groupsOf = (query: string, extentOf: Parameters<typeof buildGroups>[0]["extentOf"]) => {
    const address = parseAddress(query);
    return buildGroups({ all: tasks, address, plans: plansOf(address, () => ""), now, extentOf });
  };

  test("are the four columns, or one list without the archive", () => {
    expect(groupsOf("", "whole").map(({ key, tasks: own }) => [key, own.length])).toEqual([
      ["pending", 4],
      ["active", 1],
      ["complete", 1],
      ["archived", 0],
    ]);
    expect(groupsOf("?status=active", "whole").map(({ key }) => key)).toEqual(["active"]);
    expect(groupsOf("?view=list", "whole")[0]?.statuses).toEqual(["pending", "active", "complete"]);
    expect(groupsOf("?view=list&status=archived", "whole")[0]?.statuses).toEqual(["archived"]);
  });

  test("end where the server's pages end while not everything is here, and say how many there are", () => {
    const last = tasks[3];
    const [pending, active] = groupsOf("", (key) => (key === "pending" ? { total: 90, last } : undefined));
    expect(pending).toMatchObject({ total: 90, isWhole: false });
    expect(pending?.tasks.map(({ id }) => id)).toEqual([6, 5, 4]);
    expect(active).toMatchObject({ tasks: [], total: undefined, isWhole: false });
  });
});
