// Odd input of our own: strings that people and attackers send, and bodies that are not what they look like.

const injections = [
  "'); DROP TABLE tasks; --",
  "' or '1'='1",
  "' or 1=1 -- ",
  '" or ""="',
  "1; select pg_sleep(5)",
  "1 and sleep(5)",
  "'; shutdown --",
  "' union select user, password from mysql.user -- ",
  "'||(select current_user)||'",
  "\\'; drop table tasks; --",
  "`; drop table tasks; --",
  '"; drop table tasks; --',
  "$$; drop table tasks; --$$",
  "/*!50000 drop table tasks */",
  "*/ drop table tasks /*",
  "x' and extractvalue(1, concat(0x7e, version())) and '1'='1",
  "\u0024{process.exit(1)}",
  "$1",
  "?",
  ":name",
  "%s %d %n",
  "%' or title like '%",
  "_",
  "\\",
  "\\0",
];
const shapes: readonly ((text: string) => string)[] = [
  (text) => text,
  (text) => text.toUpperCase(),
  (text) => `a${text}b`,
  (text) => encodeURIComponent(text),
];

/** 100 attempts to leave a value and reach the statement. */
export const injectionStrings: readonly string[] = shapes.flatMap((shape) => injections.map(shape));

/** Attempts to make the database wait, each longer than any statement may take: one that ran would be answered as too late. */
export const sleeps: readonly string[] = [
  "1; select pg_sleep(9)--",
  "' || pg_sleep(9) || '",
  "(select 1 from pg_sleep(9))",
  "1 and (select sleep(9))",
  "' and sleep(9) and '1'='1",
  "id,(select sleep(9))",
  "case when sleep(9) then id else title end",
  "benchmark(100000000,md5(1))",
  "%' and (select 1 from (select sleep(9)) x) -- ",
  "!' or sleep(9) -- ",
  "(select count(*) from generate_series(1,100000000))",
  "id desc nulls first, pg_sleep(9)",
  "1 union select pg_sleep(9)",
  "title` , sleep(9), `title",
  'title", pg_sleep(9), "title',
  "-(select 1 from pg_sleep(9))",
  '{"title":"\' or sleep(9) or \'"',
  "1/**/or/**/sleep(9)",
  "0x31 or sleep(9)#",
  "1 or exists(select pg_sleep(9))",
];

/** Strings that some layer tends to change, cut, refuse or compare loosely. */
export const oddStrings: readonly string[] = [
  ...["", " ", "\t\n", "\u00a0", "\u2003", "\ufeff", "\u200b", " x", "x ", "x\t", "x\n", "\r\nx", "x\u00a0"],
  ...["\0", "a\0b", "\u0001", "\u001b[31mred\u001b[0m", "\u0007", "\u007f", "\u0085", "\u009b31m", "\u2028", "\u2029", "\ufffd", "\uffff", "\ufdd0"],
  ...["\ud800", "\udfff", "a\ud83d", "\ude00a", "\ude00\ud83d", "😀", "👩‍👩‍👧‍👦", "🇨🇭", "𝒳", "\u{10ffff}", "\u{1f600}\u{fe0f}"],
  ...["é", "e\u0301", "É", "e", "ß", "SS", "ſ", "İ", "i\u0307", "ı", "Å", "A\u030a", "\u212b", "ﬁ", "fi", "x²", "１"],
  ...["שלום", "مرحبا", "\u202egnp.exe", "\u2066x\u2069", "漢字", "ไทย", "नमस्ते", "Z\u0351\u036b\u0343\u036a\u0302\u036b\u033d\u034f", "\u0600\u0601"],
  ...["null", "NULL", "undefined", "true", "false", "NaN", "Infinity", "0", "-0", "1e309", "0x10", "1_000", "2147483648", "9007199254740993"],
  ...[
    "__proto__",
    "constructor",
    "toString",
    "hasOwnProperty",
    "[object Object]",
    "../../etc/passwd",
    "..\\..\\x",
    "C:\\",
    "/dev/null",
    "con",
    "\\N",
    "\\.",
  ],
  ...[
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "javascript:alert(1)",
    "&lt;&amp;",
    "{{7*7}}",
    "=cmd|' /C calc'!A0",
    "+1",
    "@SUM(1)",
  ],
  ...["$(id)", "`id`", "; id", "| id", "-f /tmp/x", "--help", "%00", "%2e%2e%2f", "%", "a%b_c", "\\x00", "\\u0000", "E'\\x41'"],
  ...[
    "x".repeat(100),
    "x".repeat(101),
    "x".repeat(200),
    "x".repeat(201),
    "é".repeat(200),
    "é".repeat(201),
    "😀".repeat(100),
    "😀".repeat(101),
    "😀".repeat(200),
  ],
  ...[
    "😀".repeat(201),
    `${"x".repeat(199)} `,
    `${"x".repeat(200)} `,
    "漢".repeat(16_000),
    "😀".repeat(16_000),
    "😀".repeat(16_001),
    "x".repeat(70_000),
  ],
];

/** A body for POST /api/tasks, sent as it stands, and the field that the refusal has to name; none when it is good. */
export interface OddBody {
  readonly what: string;
  readonly body: string | Buffer;
  readonly field?: string;
}

const withTitle = (members: string) => `{"title":"t",${members}}`;
const field = (name: string, ...values: readonly string[]): readonly OddBody[] =>
  values.map((value) => ({ what: `${name} ${value.slice(0, 40)}`, body: withTitle(`${JSON.stringify(name)}:${value}`), field: name }));
const titles = (...values: readonly string[]): readonly OddBody[] =>
  values.map((value) => ({ what: `title ${value.slice(0, 40)}`, body: `{"title":${value}}`, field: "title" }));
const whole = (what: string, body: string | Buffer, at = "body"): OddBody => ({ what, body, field: at });
const dates = [
  "2026-02-30T00:00:00Z",
  "0000-00-00T00:00:00Z",
  "0000-01-01T00:00:00Z",
  "0999-12-31T00:00:00Z",
  "10000-01-01T00:00:00Z",
  "9999-12-31T23:59:59-01:00",
];
const moreDates = [
  "2026-01-01",
  "2026-01-01T00:00:00",
  "2026-12-31T23:59:60Z",
  "2026-01-01T00:00:00.1234567Z",
  "2026-01-01T25:00:00Z",
  "infinity",
  "now",
  "",
  "x".repeat(50),
];

export const oddBodies: readonly OddBody[] = [
  ...titles(
    "1",
    "0",
    "true",
    "false",
    "null",
    "{}",
    "[]",
    '["x"]',
    '{"toString":"x"}',
    '{"length":1}',
    '"\\u0000"',
    '"\\ud800"',
    '"\\udc00\\ud800"',
    "1e309",
  ),
  ...titles(`${"[".repeat(10_000)}${"]".repeat(10_000)}`),
  ...field("description", "1", "true", "[]", "{}", '["x"]', '"a\\u0000b"', '"\\ud83d"'),
  ...field("assigned_to", "1", "false", "[]", "{}", '""', '"\\u0000"', JSON.stringify("x".repeat(101))),
  ...field("status", "1", "null", '""', '"done"', '"PENDING"', '"pending "', '["pending"]', '{"$ne":1}', '"pending\\u0000"'),
  ...field(
    "priority",
    '"1"',
    "1.5",
    "1e309",
    "-1e309",
    "2147483648",
    "-2147483649",
    "9007199254740993",
    "9223372036854775808",
    "null",
    "true",
    "[]",
    "{}",
    '""',
  ),
  ...field("is_active", '"true"', "1", "0", '"1"', "null", "[]", "{}"),
  ...field("project_id", '"1"', "0", "-1", "1.5", "2147483648", "1e309", "true", "[]", "[1]", "{}", '{"id":1}', "2147483647"),
  ...field("due_date", "0", "1767225600", "true", "[]", "{}", ...[...dates, ...moreDates].map((date) => JSON.stringify(date))),
  ...["id", "role", "owner_id", "created_at", "updated_at", "completed_at", "version", "Title", "title ", "", "hasOwnProperty"].flatMap((name) =>
    field(name, "1"),
  ),
  whole("__proto__", withTitle('"__proto__":{"is_active":false}'), "__proto__"),
  whole("constructor.prototype", withTitle('"constructor":{"prototype":{"x":1}}'), "constructor"),
  whole("__proto__ within", withTitle('"description":{"__proto__":1}'), "description.__proto__"),
  whole("no title", "{}", "title"),
  ...["null", "1", '"x"', "[]", "true", '[{"title":"x"}]'].map((text) => whole(`the body ${text}`, text)),
  ...["", "{", "}", '{"title":}', "{'title':'x'}", '{title:"x"}', '{"title":"x",}', '{"title":"x"} x', "undefined", "NaN", '{"title":"\u0001"}'].map(
    (text) => whole(`not JSON: ${text}`, text),
  ),
  whole("a byte order mark", Buffer.from('\ufeff{"title":"x"}')),
  whole("an invalid byte", Buffer.from('{"title":"\xff"}', "latin1")),
  whole("an overlong slash", Buffer.from('{"title":"\xc0\xaf"}', "latin1")),
  whole("a surrogate in UTF-8", Buffer.from('{"title":"\xed\xa0\x80"}', "latin1")),
  whole("half a character", Buffer.from('{"title":"\xe2\x82"}', "latin1")),
  whole("UTF-16", Buffer.from('{"title":"x"}', "utf16le")),
  whole("10,000 levels", `${'{"title":'.repeat(10_000)}1${"}".repeat(10_000)}`, `${"title.".repeat(40)}`.slice(0, 200)),
  { what: "a repeated name, the last of which counts", body: '{"title":"first","title":"second"}' },
  { what: "minus nothing", body: withTitle('"priority":-0') },
  { what: "an integer written as a decimal", body: withTitle('"priority":1.0') },
  { what: "an integer with an exponent", body: withTitle('"priority":1e3') },
  { what: "NULL where it is allowed", body: withTitle('"description":null,"due_date":null,"project_id":null,"assigned_to":null') },
  { what: "white space around", body: ' \r\n\t{ "title" : "x" } \n' },
];
