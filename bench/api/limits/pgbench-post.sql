-- POST /api/tasks, as src/app/store/postgres/task-statements.ts writes it: the request's name, the row and its event in one statement.
-- Texts come as variables, since pgbench takes a colon inside a literal for one.
with named as materialized (
  select set_config('application_name', :request, true)
),
made as (
  insert into tasks (title, description, status, priority)
  select :title::text, :description::text, 'pending'::text, 2::integer
  from named
  returning tasks.id, concat(
    '{"id":', tasks.id,
    ',"title":', to_json(tasks.title),
    ',"description":', coalesce(to_json(tasks.description)::text, 'null'),
    ',"status":', to_json(tasks.status),
    ',"priority":', coalesce(tasks.priority, 0),
    ',"is_active":', case when tasks.is_active is false then 'false' else 'true' end,
    ',"due_date":', coalesce(to_char(tasks.due_date at time zone 'utc', :moment::text), 'null'),
    ',"project_id":', coalesce(tasks.project_id::text, 'null'),
    ',"assigned_to":', coalesce(to_json(tasks.assigned_to)::text, 'null'),
    ',"created_at":', to_char(coalesce(tasks.created_at, tasks.updated_at) at time zone 'utc', :moment::text),
    ',"updated_at":', to_char(tasks.updated_at at time zone 'utc', :moment::text),
    ',"completed_at":', coalesce(to_char(tasks.completed_at at time zone 'utc', :moment::text), 'null'),
    ',"version":', tasks.version,
    '}') as json
),
recorded as (
  insert into events (request_id, kind, entity_id, data)
  select :request, 'task.created', made.id, made.json::json
  from made
)
select id, json from made;
