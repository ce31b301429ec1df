// Statements about tasks that leave the most to the server: a row as the JSON text that the API answers with, the rows of several
// ids, a task added with its event at once. Source: mariadb.com/kb/en/json_quote, begin-end (compound statements outside of programs)
import { type Sql, type SqlFragment, sql } from "../../../foundation/sql.ts";
import type { NewRow } from "../dialect.ts";

/** One before what the API shows is the nearest (moments.ts); there is none behind. */
const moment = (column: Sql) => sql`insert(concat(greatest(${column}, timestamp'1000-01-01 00:00:00.000000'), 'Z"'), 11, 1, 'T')`;

/** Written piece by piece: half the time of json_object. What text holds is json_quote's to quote; a moment is 2026-01-31 09:30:00.000000. */
export const taskJson = sql`concat(
    '{"id":', tasks.id,
    ',"title":', json_quote(tasks.title),
    ',"description":', coalesce(json_quote(tasks.description), 'null'),
    ',"status":', json_quote(tasks.status),
    ',"priority":', coalesce(tasks.priority, 0),
    ',"is_active":', if(tasks.is_active = 0, 'false', 'true'),
    ',"due_date":', coalesce(concat('"', ${moment(sql`tasks.due_date`)}), 'null'),
    ',"project_id":', coalesce(tasks.project_id, 'null'),
    ',"assigned_to":', coalesce(json_quote(tasks.assigned_to), 'null'),
    ',"created_at":"', ${moment(sql`coalesce(tasks.created_at, tasks.updated_at)`)},
    ',"updated_at":"', ${moment(sql`tasks.updated_at`)},
    ',"completed_at":', coalesce(concat('"', ${moment(sql`tasks.completed_at`)}), 'null'),
    ',"version":', tasks.version,
    '}')`;

/** Filled up to a few lengths by the last id, so that there are few statements to prepare. */
export function isOneOf(ids: readonly number[]): Sql {
  const length = lengths.find((one) => one >= ids.length) ?? ids.length;
  const filled = Array.from({ length }, (_, at) => ids[at] ?? (ids.at(-1) as number));
  return sql`in (${sql.join(filled, ", ")})`;
}

const lengths = [1, 4, 16, 64];

/**
 * Both writes in one round trip, as the body of a program: what fails in it takes the transaction back and is told as it is, and
 * what cannot be handled there (a statement that is killed) leaves the transaction to whoever sent it.
 */
export function insertTask(row: NewRow): Sql {
  return insertTasks([row]);
}

/**
 * The ids of one INSERT of so many rows follow each other, with the server's own step. The session has the name of the first request.
 * Source: mariadb.com/kb/en/auto_increment-handling-in-innodb (simple inserts), last_insert_id
 */
export function insertTasks(rows: readonly NewRow[]): Sql {
  const [{ cells, requestId }] = rows as readonly [NewRow];
  const values = rows.map((row) => sql`(${joined(row.cells.map(([, value]) => value))})`);
  return sql`
    begin not atomic
      declare exit handler for sqlexception begin rollback; resignal; end;
      set @request_id = ${requestId};
      start transaction;
      insert into tasks (${joined(cells.map(([column]) => sql.id(column)))}) values ${joined(values)};
      ${rows.length === 1 ? recordOne : recordAll(rows)}
      returning entity_id as id, data as json;
      commit;
    end`;
}

const recordOne = sql`
  insert into events (request_id, kind, entity_id, data) values (
    @request_id, 'task.created', last_insert_id(), (select ${taskJson} from tasks where tasks.id = last_insert_id())
  )`;

function recordAll(rows: readonly NewRow[]): Sql {
  const place = sql`(tasks.id - last_insert_id()) div @@auto_increment_increment`;
  return sql`
    insert into events (request_id, kind, entity_id, data)
    select elt(1 + ${place}, ${joined(rows.map(({ requestId }) => requestId))}), 'task.created', tasks.id, ${taskJson}
    from tasks
    where tasks.id between last_insert_id() and last_insert_id() + ${rows.length - 1} * @@auto_increment_increment
    order by tasks.id`;
}

function joined(parts: readonly SqlFragment[]): Sql {
  return sql.join(parts, ", ");
}
