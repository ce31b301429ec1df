// No SQL by joining strings (INV-9): a string that opens like a statement and takes in a value carries the `sql` tag.
// `sql.script`, which binds nothing, is for the listed places; nobody builds the parts of a statement by hand.
import { isBelow, isCode, type Node, nameOf, nodesOf, type Rule, type SourceFile, type Violation, violation } from "../tree.ts";

/** Where text of a reviewed `.sql` file is run, each with the reason. */
const mayRunScripts: Readonly<Record<string, string>> = {
  "src/operations/stack/migrate.ts": "the statements are those of the reviewed migrations",
  "src/engines/mariadb/backup/properties.ts": "statements of views, routines and events as the server's own catalogue gives them",
  "src/drivers/mariadb/driver.ts": "KILL QUERY with the thread id that the server itself gave, a whole number",
  "src/engines/postgres/backup/restore.ts": "roles.sql of a backup, which is code as the rest of it, in a server that is thrown away",
  "src/engines/postgres/backup/whole-server.ts": "server/roles.sql of a verified backup: what pg_dumpall wrote, for an empty server",
  "src/engines/mariadb/backup/whole-server.ts": "what SHOW CREATE USER gave, and the scripts of it in a verified backup, for an empty server",
  "src/engines/mariadb/backup/roles.ts": "names of privileges and of kinds of routines: key words that the server itself gave, capital letters alone",
};

/** Where a statement is joined all the same, each with the reason. */
const mayJoin: Readonly<Record<string, string>> = {
  "src/drivers/mariadb/driver.ts": "initSql is sent before anything can be bound; it takes in numbers that the driver computed",
};

const objects =
  "table|role|user|database|schema|index|view|function|procedure|trigger|sequence|type|extension|server|publication|subscription|tablespace";
const statement = new RegExp(
  [
    "^\\s*(select\\s+[\\s\\S]*\\bfrom\\b|select\\s+\\w*\\(|select\\s+\\S*$|insert\\s+into\\b|replace\\s+into\\b|update\\s+\\S*\\s+set\\b|delete\\s+from\\b|merge\\s+into\\b",
    `(create|alter|drop)\\s+(or\\s+replace\\s+)?(temporary\\s+|unique\\s+|if\\s+exists\\s+)*(${objects})s?\\b`,
    "(grant|revoke)\\s+(all|select|insert|update|delete|usage|connect|execute|create)\\b",
    "set\\s+(session|global|local|role|password|transaction|names|statement)\\b|set\\s+@@?\\w+|truncate\\s+(table\\b|\\S*$)|with\\s+\\w+\\s+as\\s*\\(|kill\\s+(query|connection|\\S*$)|copy\\s+\\S+\\s+(from|to)\\b|load\\s+data\\b|explain\\s|call\\s+\\w+\\()",
  ].join("|"),
  "i",
);

export const statements: Rule = (files) =>
  files.filter((file) => isCode(file) && isBelow(file, "src") && file.path !== "src/foundation/sql.ts").flatMap(statementsIn);

function statementsIn(file: SourceFile): readonly Violation[] {
  const found: Violation[] = [];
  for (const { node, ancestors } of nodesOf(file)) {
    const seen = joinedBy(file, node, ancestors) ?? scriptIn(file, node) ?? partsIn(node);
    if (seen) found.push(violation(file, node.start, seen));
  }
  return found;
}

function joinedBy(file: SourceFile, node: Node, ancestors: readonly Node[]): string | undefined {
  if (file.path in mayJoin) return undefined;
  const text = templateText(node, ancestors.at(-1)) ?? concatenatedText(node, ancestors.at(-1));
  return text !== undefined && statement.test(text) ? `joins a statement as text: ${text.trim().slice(0, 50)}` : undefined;
}

function templateText(node: Node, parent: Node | undefined): string | undefined {
  if (node.type !== "TemplateLiteral" || (node["expressions"] as unknown[]).length === 0) return undefined;
  if (parent?.type === "TaggedTemplateExpression" && nameOf(parent["tag"]) === "sql") return undefined;
  return (node["quasis"] as { value: { cooked: string } }[]).map(({ value }) => value.cooked).join("?");
}

function concatenatedText(node: Node, parent: Node | undefined): string | undefined {
  if (node.type !== "BinaryExpression" || node["operator"] !== "+" || parent?.type === "BinaryExpression") return undefined;
  let first = node;
  while (first.type === "BinaryExpression") first = first["left"] as Node;
  return typeof first["value"] === "string" ? `${first["value"]}?` : undefined;
}

function scriptIn(file: SourceFile, node: Node): string | undefined {
  const isScript = node.type === "CallExpression" && nameOf(node["callee"]) === "sql.script";
  return isScript && !(file.path in mayRunScripts) ? "runs sql.script: only the listed files may" : undefined;
}

function partsIn(node: Node): string | undefined {
  if (node.type !== "Property" || nameOf(node["key"]) !== "kind") return undefined;
  const kind = (node["value"] as Node)["value"];
  return kind === "text" ? "builds the parts of a statement by hand: use the sql tag" : undefined;
}
