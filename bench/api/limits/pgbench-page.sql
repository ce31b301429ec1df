-- The same behind a random task.
\set behind random(:first, :last)
\set kind random(1, 4)
\if :kind = 1
select id, title, description, status, priority, is_active, due_date, created_at, project_id, assigned_to, updated_at, completed_at, version from tasks where id > :behind and status = 'pending' order by id limit 21;
\elif :kind = 2
select id, title, description, status, priority, is_active, due_date, created_at, project_id, assigned_to, updated_at, completed_at, version from tasks where id > :behind and status = 'active' order by id limit 21;
\elif :kind = 3
select id, title, description, status, priority, is_active, due_date, created_at, project_id, assigned_to, updated_at, completed_at, version from tasks where id > :behind and status = 'complete' order by id limit 21;
\elif :kind = 4
select id, title, description, status, priority, is_active, due_date, created_at, project_id, assigned_to, updated_at, completed_at, version from tasks where id > :behind and status = 'archived' order by id limit 21;
\endif
