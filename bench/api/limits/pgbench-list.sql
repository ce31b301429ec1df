-- GET /api/tasks?status=…&limit=20, as src/app/store/task-lists.ts reads it, without the JSON, which makes the limit a higher one: one row
-- more tells whether there is a next page.
\set kind random(1, 4)
\if :kind = 1
select id, title, description, status, priority, is_active, due_date, created_at, project_id, assigned_to, updated_at, completed_at, version from tasks where id > 0 and status = 'pending' order by id limit 21;
\elif :kind = 2
select id, title, description, status, priority, is_active, due_date, created_at, project_id, assigned_to, updated_at, completed_at, version from tasks where id > 0 and status = 'active' order by id limit 21;
\elif :kind = 3
select id, title, description, status, priority, is_active, due_date, created_at, project_id, assigned_to, updated_at, completed_at, version from tasks where id > 0 and status = 'complete' order by id limit 21;
\elif :kind = 4
select id, title, description, status, priority, is_active, due_date, created_at, project_id, assigned_to, updated_at, completed_at, version from tasks where id > 0 and status = 'archived' order by id limit 21;
\endif
