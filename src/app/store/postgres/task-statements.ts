// Statements about tasks that leave the most to the server: a row as the JSON text that the API answers with, the rows of several
// ids, a task added with its event at once. Source: postgresql.org/docs/current/functions-json.html, queries-with.html
import { type Sql, type SqlFragment, sql } from "../../../foundation/sql.ts";
import type { Cells, NewRow } from "../dialect.ts";

const first = sql`timestamptz '1000-01-01 00:00:00Z'`;
const last = sql`timestamptz '9999-12-31 23:59:59.999999Z'`;
/** Never of NULL, which `least` and `greatest` leave out. One beyond what the API shows, `infinity` too, is the nearest (moments.ts). */
const moment = (column: Sql) =>
  sql`to_char(least(greatest(${column}, ${first}), ${last}) at time zone 'utc', '"\\""YYYY-MM-DD"T"HH24:MI:SS.US"Z\\""')`;
const momentOrNull = (column: Sql) => sql`case when ${column} is null then 'null' else ${moment(column)} end`;

/** Written piece by piece: half the time of json_build_object. What text holds is to_json's to quote. */
export const taskJson = sql`concat(
    '{"id":', tasks.id,
    ',"title":', to_json(tasks.title),
    ',"description":', coalesce(to_json(tasks.description)::text, 'null'),
    ',"status":', to_json(tasks.status),
    ',"priority":', coalesce(tasks.priority, 0),
    ',"is_active":', case when tasks.is_active is false then 'false' else 'true' end,
    ',"due_date":', ${momentOrNull(sql`tasks.due_date`)},
    ',"project_id":', coalesce(tasks.project_id::text, 'null'),
    ',"assigned_to":', coalesce(to_json(tasks.assigned_to)::text, 'null'),
    ',"created_at":', ${moment(sql`coalesce(tasks.created_at, tasks.updated_at)`)},
    ',"updated_at":', ${moment(sql`tasks.updated_at`)},
    ',"completed_at":', ${momentOrNull(sql`tasks.completed_at`)},
    ',"version":', tasks.version,
    '}')`;

/** One text of all ids, so that the statement is the same however many there are. */
export function isOneOf(ids: readonly number[]): Sql {
  return sql`= any(${`{${ids.join(",")}}`}::integer[])`;
}

/** What a parameter's type is, since a SELECT does not take it from the column that is filled. */
const types: Readonly<Record<string, Sql>> = {
  priority: sql`::integer`,
  is_active: sql`::boolean`,
  due_date: sql`::timestamptz`,
  completed_at: sql`::timestamptz`,
  project_id: sql`::integer`,
};

/**
 * The request's name comes first, so that a session that waits can be told by it. A project that is not there is looked for before
 * anything is written, and gives no row: the id of an event is taken only where nothing is refused any more.
 */
export function insertTask({ cells, requestId }: NewRow): Sql {
  const values = cells.map(([column, value]) => typed(column, value));
  const project = new Map(cells).get("project_id");
  const isThere = project === undefined || project === null ? sql`` : sql`where exists (select from projects where projects.id = ${project})`;
  return sql`
    with named as materialized (${naming(requestId)}),
    made as (
      insert into tasks (${namesOf(cells)})
      select ${sql.join(values, ", ")}
      from named
      ${isThere}
      returning tasks.id, ${taskJson} as json
    ),
    recorded as (
      insert into events (request_id, kind, entity_id, data)
      select ${requestId}, 'task.created', made.id, made.json::json
      from made
    )
    select id, json from made`;
}

/** Rows that are inserted in an order get their ids in it. The session has the name of the first request. */
export function insertTasks(rows: readonly NewRow[]): Sql {
  const [{ cells, requestId }] = rows as readonly [NewRow];
  const given = rows.map((row, at) => sql`(${sql.join([sql`${at}::integer`, ...row.cells.map(([column, value]) => typed(column, value))], ", ")})`);
  const columns = namesOf(cells);
  const requests = sql.join(
    rows.map((row) => row.requestId),
    ", ",
  );
  return sql`
    with named as materialized (${naming(requestId)}),
    made as (
      insert into tasks (${columns})
      select ${columns}
      from named, (values ${sql.join(given, ", ")}) as given (place, ${columns})
      order by place
      returning tasks.id, ${taskJson} as json
    ),
    recorded as (
      insert into events (request_id, kind, entity_id, data)
      select (array[${requests}]::text[])[row_number() over (order by made.id)], 'task.created', made.id, made.json::json
      from made
      order by made.id
    )
    select id, json from made order by id`;
}

function naming(requestId: string): Sql {
  return sql`select set_config('application_name', ${`rowhouse-app ${requestId}`}, true)`;
}

function namesOf(cells: Cells): Sql {
  return sql.join(
    cells.map(([column]) => sql.id(column)),
    ", ",
  );
}

function typed(column: string, value: SqlFragment): Sql {
  return sql`${value}${types[column] ?? sql`::text`}`;
}
