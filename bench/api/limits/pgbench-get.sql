-- GET /api/tasks/:id, as a request alone reads it in src/app/store/task-reads.ts; without the JSON, which makes the limit a higher one.
\set id random(:first, :last)
select id, title, description, status, priority, is_active, due_date, created_at, project_id, assigned_to, updated_at, completed_at, version from tasks where id = :id;
