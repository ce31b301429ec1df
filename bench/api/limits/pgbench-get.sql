-- GET /api/tasks/:id, as src/app/store/tasks.ts reads it.
\set id random(:first, :last)
select id, title, description, status, priority, is_active, due_date, created_at, project_id, assigned_to, updated_at, completed_at, version from tasks where id = :id;
