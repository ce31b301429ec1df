// What the suites of bulk writes share: sending operations, and everything that a write may touch as the tables have it.
import type { LightMyRequestResponse } from "fastify";
import type { NewTask, Task } from "../../src/app/api/contract/tasks.ts";
import type { Project } from "../../src/app/api/contract/projects.ts";
import { sql } from "../../src/foundation/sql.ts";
import type { Session } from "../../src/drivers/driver.ts";
import type { Application } from "./application.ts";
import type { Database } from "./support.ts";

type Ask = Application["ask"];

export function clientOf(ask: Ask) {
  const bulk = (operations: readonly unknown[], headers = {}) => ask("POST", "/api/tasks/bulk", { operations }, headers);
  const add = async (task: NewTask): Promise<Task> => (await ask("POST", "/api/tasks", task)).json().task;
  const addProject = async (name: string): Promise<Project> => (await ask("POST", "/api/projects", { name })).json().project;
  return { bulk, add, addProject };
}

export function refusal(answer: LightMyRequestResponse): readonly unknown[] {
  return [answer.statusCode, answer.json().code, answer.json().field];
}

export async function directly<T>(database: Database, work: (session: Session) => Promise<T>): Promise<T> {
  await using session = await database.admin();
  return await work(session);
}

export function everythingIn(database: Database) {
  return directly(database, async (session) => ({
    tasks: await session.all(sql`select id, title, status, priority, project_id, version from tasks order by id`),
    events: await session.all(sql`select count(*) as found, max(id) as newest from events`),
    keys: await session.all(sql`select idempotency_key from idempotency_keys order by idempotency_key`),
  }));
}
