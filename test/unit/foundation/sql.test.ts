// A statement is data: what is interpolated is bound, a name is a name, and nothing of either becomes text.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Secret } from "../../../src/foundation/secret.ts";
import { type SqlValue, sql, sqlText } from "../../../src/foundation/sql.ts";

describe("the sql tag", () => {
  test("binds what is interpolated", () => {
    expect(sql`select a from t where b = ${"x'; drop table t"} and c = ${1}`.parts).toEqual([
      { kind: "text", text: "select a from t where b = " },
      { kind: "value", value: "x'; drop table t" },
      { kind: "text", text: " and c = " },
      { kind: "value", value: 1 },
    ]);
  });

  test("takes a statement in as a statement", () => {
    const condition = sql`b = ${2}`;
    expect(sql`select a from t where ${condition}`.parts).toEqual([
      { kind: "text", text: "select a from t where b = " },
      { kind: "value", value: 2 },
    ]);
  });

  test("puts no value of any kind into the text", () => {
    const values = fc.oneof(fc.string(), fc.integer(), fc.bigInt(), fc.boolean(), fc.constant(null), fc.uint8Array());
    fc.assert(
      fc.property(values, (value: SqlValue) => {
        const { parts } = sql`select ${value} as a`;
        expect(parts).toEqual([
          { kind: "text", text: "select " },
          { kind: "value", value },
          { kind: "text", text: " as a" },
        ]);
      }),
    );
  });

  test("joins a name's steps by dots and leaves the quoting to the driver", () => {
    expect(sql.id("sc;hema", 'ta"ble').parts).toEqual([
      { kind: "id", name: "sc;hema" },
      { kind: "text", text: "." },
      { kind: "id", name: 'ta"ble' },
    ]);
  });

  test("joins fragments with a separator between them only", () => {
    expect(sql.join([sql`a`, 1, sql.id("b")], ", ").parts).toEqual([
      { kind: "text", text: "a, " },
      { kind: "value", value: 1 },
      { kind: "text", text: ", " },
      { kind: "id", name: "b" },
    ]);
    expect(sql.join([], ", ").parts).toEqual([]);
  });
});

describe("a statement as a person reads it", () => {
  test("shows values and names on one line", () => {
    const statement = sql`
      update ${sql.id("t")}
      set a = ${"x"}, b = ${null}
      where c = ${3n}`;
    expect(sqlText(statement)).toBe("update t set a = 'x', b = null where c = 3");
  });

  test("never shows a secret", () => {
    const statement = sql`create role ${sql.id("app")} password ${sql.literal(new Secret("hunter2"))}`;
    expect(sqlText(statement)).toBe("create role app password '***'");
    expect(JSON.stringify(statement)).not.toContain("hunter2");
  });
});
