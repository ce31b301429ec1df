"""The peer of `npm run bench api`: what a careful person writes with Flask, a pool and autocommit for single statements.

It reads and writes rows alone: no events, no validation beyond the database's, no request names. Settings as Rowhouse's own
application takes them (DB_*), and POOL_LIMIT connections for each worker process.
"""
import json
import os
import queue
from contextlib import contextmanager

from flask import Flask, jsonify, request

COLUMNS = ("id, title, description, status, priority, is_active, due_date, created_at, project_id, assigned_to, "
           "updated_at, completed_at, version")
NAMES = COLUMNS.split(", ")
READ = f"select {COLUMNS} from peer_tasks where id = %s"
LIST = f"select {COLUMNS} from peer_tasks where id > %s and status = %s order by id limit %s"
INSERT = f"insert into peer_tasks (title, description, status, priority) values (%s, %s, %s, %s) returning {COLUMNS}"


def connect():
    with open(os.environ["DB_PASS_FILE"]) as file:
        password = file.read().strip()
    if os.environ["DB_ENGINE"] == "postgres":
        import psycopg2
        connection = psycopg2.connect(host=os.environ["DB_HOST"], port=os.environ["DB_PORT"], dbname=os.environ["DB_NAME"],
                                      user=os.environ["DB_USER"], password=password)
        connection.autocommit = True
        return connection
    import MySQLdb
    connection = MySQLdb.connect(unix_socket=os.environ["DB_HOST"], db=os.environ["DB_NAME"], user=os.environ["DB_USER"],
                                 password=password, charset="utf8mb4", autocommit=True)
    with connection.cursor() as one:
        one.execute("set session transaction isolation level read committed")
    return connection


pool = queue.LifoQueue()
for _ in range(int(os.environ["POOL_LIMIT"])):
    pool.put(None)
app = Flask(__name__)


@contextmanager
def cursor():
    connection = pool.get() or connect()
    try:
        with connection.cursor() as one:
            yield one
    except Exception:
        connection.close()
        connection = None
        raise
    finally:
        pool.put(connection)


def task_of(row):
    task = dict(zip(NAMES, row))
    task["is_active"] = bool(task["is_active"])
    for name in ("due_date", "created_at", "updated_at", "completed_at"):
        if task[name] is not None:
            task[name] = task[name].isoformat()
    return task


@app.get("/api/tasks/<int:id>")
def read(id):
    with cursor() as one:
        one.execute(READ, (id,))
        row = one.fetchone()
    return jsonify(task=task_of(row)) if row else (jsonify(error="not found"), 404)


@app.get("/api/tasks")
def list_tasks():
    behind = int(json.loads(request.args["filter"])["id"]["gt"]) if "filter" in request.args else 0
    with cursor() as one:
        one.execute(LIST, (behind, request.args["status"], int(request.args["limit"])))
        rows = one.fetchall()
    return jsonify(tasks=[task_of(row) for row in rows])


@app.post("/api/tasks")
def create():
    task = request.get_json()
    with cursor() as one:
        one.execute(INSERT, (task["title"], task.get("description"), task.get("status", "pending"), task.get("priority", 0)))
        row = one.fetchone()
    return jsonify(task=task_of(row)), 201
