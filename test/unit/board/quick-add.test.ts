// What a typed line means for a new task, and what stays in its title.
import { describe, expect, test } from "vitest";
import { asText, parseQuickAdd } from "../../../web/board/add/quick-add.ts";
import { duePartsOf } from "../../../web/board/due.ts";

/** A Wednesday. */
const now = new Date(2026, 10, 25, 10, 0);
const projects = [
  { id: 1, name: "Office move" },
  { id: 2, name: "Office" },
  { id: 3, name: "Website relaunch" },
];
const parse = (line: string) => parseQuickAdd(line, { projects, people: ["Mira", "Jonas K."], now });
const due = (line: string) => {
  const { day, time } = duePartsOf(parse(line).fields.due_date ?? null);
  return `${day} ${time}`.trim();
};

describe("quick add", () => {
  test("takes each kind of word out of the title and says what it stands for", () => {
    const { title, fields, tokens } = parse("Call the mover !3 #web @mi tomorrow 9:30");
    expect(title).toBe("Call the mover");
    expect(fields).toMatchObject({ priority: 3, project_id: 3, assigned_to: "Mira" });
    expect(due("Call the mover !3 #web @mi tomorrow 9:30")).toBe("2026-11-26 09:30");
    expect(tokens.map(({ kind, label, text }) => [kind, label, text])).toEqual([
      ["priority", "High", "!3"],
      ["project", "Website relaunch", "#web"],
      ["person", "Mira", "@mi"],
      ["due", "tomorrow 9:30", "tomorrow 9:30"],
    ]);
  });

  test.each([
    ["water plants today", "2026-11-25"],
    ["tomorrow water plants", "2026-11-26"],
    ["report fri", "2026-11-27"],
    ["report Friday", "2026-11-27"],
    ["report wed", "2026-12-02"],
    ["report mon 14:05", "2026-11-30 14:05"],
    ["report 2026-12-01", "2026-12-01"],
    ["before 2026-12-01 is over, report", "2026-12-01"],
    ["report fri !2 @Mira", "2026-11-27"],
  ])("%s is due %s", (line, day) => expect(due(line)).toBe(day));

  test.each([
    "read today's paper",
    "what today means for us",
    "sun lotion and hats",
    "report 2026-02-30",
    "report fri 25:00 sharp",
    "mail bob@example.com",
    "issue #5",
    "wow !4",
    "! # @",
    "#- is a dash",
    "today",
    "e-mail \u202Ea\u0301 \u{1F468}\u200D\u{1F469}",
  ])("%s is a title", (line) => {
    expect(parse(line)).toMatchObject({ title: line, fields: {}, tokens: [] });
  });

  test("a project is the one that is named so, else the shortest that begins so, blanks and case apart", () => {
    expect(parse("x #office").fields).toEqual({ project_id: 2 });
    expect(parse("x #OfficeM").fields).toEqual({ project_id: 1 });
    expect(parse("x #off").fields).toEqual({ project_id: 2 });
    expect(parse("x #garden")).toMatchObject({ title: "x #garden", fields: {} });
  });

  test("a person who has no task yet is a person too", () => {
    expect(parse("x @jon").fields).toEqual({ assigned_to: "Jonas K." });
    expect(parse("x @Zoë").fields).toEqual({ assigned_to: "Zoë" });
  });

  test("of two words of a kind the first counts, the other is text", () => {
    expect(parse("x !1 !2")).toMatchObject({ title: "x !2", fields: { priority: 1 } });
  });

  test("a backslash before a word and quotes around it leave it in the title", () => {
    expect(parse("read \\today")).toMatchObject({ title: "read today", fields: {} });
    expect(parse('read "today !1" fri')).toMatchObject({ title: 'read "today !1"' });
    expect(due('read "today !1" fri')).toBe("2026-11-27");
    expect(parse('"read today !1 #web"')).toMatchObject({ title: "read today !1 #web", fields: {} });
    expect(parse("C:\\today and \\nothing")).toMatchObject({ title: "C:\\today and \\nothing" });
  });

  test("turning a chip off makes its word plain text, also where the word stands twice", () => {
    const line = "plan !1 for !2 today";
    const [first] = parse(line).tokens;
    if (!first) throw new Error("nothing was understood");
    expect(asText(line, first)).toBe("plan \\!1 for !2 today");
    expect(parse(asText(line, first))).toMatchObject({ title: "plan !1 for", fields: { priority: 2 } });
  });

  test("only words and no title is no title", () => {
    expect(parse("!1 #web").title).toBe("");
  });
});
