// Tasks in a house, for a load to ask for.
import type { Range } from "../../../bench/load/task-requests.js";
import type { TestHouse } from "../houses.ts";

/** Imports `count` tasks of every status into an empty house and returns the range of their ids. */
export async function loadTasks(house: TestHouse, count: number): Promise<Range> {
  const statuses = ["pending", "pending", "active", "complete"];
  const lines = Array.from({ length: count }, (_, index) => `Task ${index} of the load,${statuses[index % 4]},${index % 10}`);
  const headers = { "content-type": "text/csv" };
  const answer = await fetch(`${house.url}/api/tasks/import`, { method: "POST", headers, body: `title,status,priority\n${lines.join("\n")}\n` });
  if (answer.status !== 200) throw new Error(`the import answered ${answer.status}: ${await answer.text()}`);
  const end = async (sort: string) => {
    const page = (await (await fetch(`${house.url}/api/tasks?limit=1&sort=${sort}`)).json()) as { tasks: readonly { id: number }[] };
    return page.tasks[0]?.id ?? 0;
  };
  return { first: await end("id"), last: await end("-id") };
}
