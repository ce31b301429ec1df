// Tasks in a house, for a load to ask for.
import type { Range } from "../../../bench/load/task-requests.js";
import type { TestHouse } from "../houses.ts";

/** Imports `count` tasks of every status into an empty house and returns the range of their ids, in which none is missing. */
export async function loadTasks(house: TestHouse, count: number): Promise<Range> {
  const statuses = ["pending", "pending", "active", "complete"];
  const lines = Array.from({ length: count }, (_, index) => `${index + 1},Task ${index} of the load,${statuses[index % 4]},${index % 10}`);
  const headers = { "content-type": "text/csv" };
  const body = `id,title,status,priority\n${lines.join("\n")}\n`;
  const answer = await fetch(`${house.url}/api/tasks/import?ids=keep`, { method: "POST", headers, body });
  if (answer.status !== 200) throw new Error(`the import answered ${answer.status}: ${await answer.text()}`);
  return { first: 1, last: count };
}
