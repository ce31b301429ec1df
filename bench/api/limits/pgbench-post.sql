-- POST /api/tasks, as src/app/store/tasks.ts and events.ts write it: the request's name, the row and its event in one transaction.
-- The texts come as variables, since pgbench takes a colon inside a literal for one.
begin;
select set_config('application_name', :request, true);
insert into tasks (title, description, status, priority) values (:title, :description, 'pending', 2) returning id, title, description, status, priority, is_active, due_date, created_at, project_id, assigned_to, updated_at, completed_at, version \gset made_
insert into events (request_id, kind, entity_id, data) values (:request, 'task.created', :made_id, :data);
commit;
