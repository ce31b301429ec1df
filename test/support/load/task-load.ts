// What people do to a task service all day, as requests: mostly reading one task or a page, now and then adding one.
import type { TestHouse } from "../houses.ts";
import { randomOf } from "../faults/random.ts";

export interface Range {
  readonly first: number;
  readonly last: number;
}

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

/** Requests in the shares of a working day: 60 % one task, 20 % a page, 20 % a new task. */
export function taskRequests({ first, last, seed }: Range & { readonly seed: number }): () => { readonly bytes: string; readonly kind: string } {
  const random = randomOf(seed);
  return () => {
    const choice = random();
    if (choice < 0.6) return { bytes: get(`/api/tasks/${first + Math.floor(random() * (last - first + 1))}`), kind: "get" };
    return choice < 0.8 ? { bytes: get("/api/tasks?status=pending&limit=20"), kind: "list" } : { bytes: post, kind: "post" };
  };
}

function get(path: string): string {
  return `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`;
}

const body = '{"title":"one more of the load"}';
const post = `POST /api/tasks HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
