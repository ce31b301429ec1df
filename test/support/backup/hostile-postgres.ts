// What a script of pg_dump's could be made to do, statement by statement: to psql, to the server's machine, to its roles, and to an
// administrator who reads or fills the tables. The last kind is restored, because its owner may have it; nobody else runs it.
import type { Hostile } from "./hostile.ts";

function refused(what: string, body: string): Hostile {
  return { what, body, isRefused: true };
}

function tamed(what: string, body: string): Hostile {
  return { what, body, isRefused: false };
}

/** A function that does its worst once an administrator runs it. */
const bomb = (name: string, header: string) => `CREATE FUNCTION public.${name}${header} LANGUAGE plpgsql IMMUTABLE AS $bomb$
begin
  if exists (select from pg_catalog.pg_roles where rolname in (current_user, session_user) and rolsuper) then
    execute 'copy (select 1) to program ''touch CANARY''';
    execute 'create role rowhouse_intruder superuser';
  end if;
  return VALUE;
end $bomb$;\n`;
const intBomb = bomb("bomb", "(x integer) RETURNS integer").replace("VALUE", "x");
const trueBomb = bomb("truth", "(x integer) RETURNS boolean").replace("VALUE", "true");

const commands: readonly (readonly [string, string])[] = [
  ["\\!", "\\! touch CANARY"],
  ["\\! behind a statement", "SELECT 1; \\! touch CANARY"],
  ["\\! in a statement", "SELECT 1 \\! touch CANARY\n;"],
  ["\\copy from program", "\\copy public.t from program 'touch CANARY'"],
  ["\\copy to program", "\\copy public.t to program 'tee CANARY'"],
  ["\\i", "\\i /etc/passwd"],
  ["\\ir", "\\ir ../../etc/passwd"],
  ["\\o into a program", "\\o |touch CANARY\nSELECT 1;\n\\o"],
  ["\\g into a program", "SELECT 1 \\g |touch CANARY"],
  ["\\gexec", "SELECT 'alter role current_user superuser' \\gexec"],
  ["\\w into a program", "\\w |touch CANARY"],
  ["\\set with a program", "\\set x `touch CANARY`"],
  ["\\setenv", "\\setenv PAGER 'touch CANARY'"],
  ["\\cd", "\\cd /"],
  ["\\lo_import", "\\lo_import /etc/passwd"],
  ["\\unrestrict with another key", "\\restrict abc\n\\unrestrict abd; \\! touch CANARY"],
  ["\\restrict that ends in \\!", "\\restrict abc \\! touch CANARY"],
  ["a name with a line break in a comment", "-- Name: t\n\\! touch CANARY\n; Type: TABLE"],
  ["\\connect to another server", "\\connect -reuse-previous=on \"host='203.0.113.1' dbname='x'\"\n\\connect postgres"],
  ["\\connect to another database", "CREATE DATABASE one;\n\\connect one\n\\connect postgres\nCREATE TABLE public.u (id integer);"],
];

const statements: readonly (readonly [string, string])[] = [
  ["COPY from a program", "COPY public.t FROM PROGRAM 'touch CANARY';"],
  ["COPY to a program", "COPY public.t TO PROGRAM 'tee CANARY';"],
  ["COPY to a file", "COPY (SELECT 1) TO 'CANARY';"],
  ["COPY from a program, in DO", "DO $$ begin execute 'copy public.t from program ''touch CANARY'''; end $$;"],
  ["a function in C", "CREATE FUNCTION public.f(text) RETURNS integer LANGUAGE c AS 'libc.so.6', 'system';"],
  ["a function in internal", "CREATE FUNCTION public.f(text) RETURNS text LANGUAGE internal AS 'pg_read_file_all';"],
  ["a language that is not trusted", "CREATE EXTENSION plpython3u;"],
  ["file_fdw", "CREATE EXTENSION file_fdw;"],
  ["dblink", "CREATE EXTENSION dblink;"],
  ["adminpack", "CREATE EXTENSION adminpack;"],
  ["ALTER ROLE … SUPERUSER", "ALTER ROLE CURRENT_USER SUPERUSER;"],
  ["ALTER ROLE … SUPERUSER, in DO", "DO $$ begin execute 'alter role ' || quote_ident(current_user) || ' superuser'; end $$;"],
  ["settings of its own role, in DO", "DO $$ begin execute 'alter role ' || quote_ident(current_user) || ' set search_path = public'; end $$;"],
  ["a new password, in DO", "DO $$ begin execute 'alter role ' || quote_ident(current_user) || ' password ''x'''; end $$;"],
  ["CREATE ROLE", "CREATE ROLE rowhouse_intruder SUPERUSER LOGIN;"],
  ["a role in another", "GRANT pg_execute_server_program TO CURRENT_USER;"],
  [
    "an event trigger",
    "CREATE FUNCTION public.e() RETURNS event_trigger LANGUAGE plpgsql AS $$ begin end $$;\nCREATE EVENT TRIGGER e ON ddl_command_end EXECUTE FUNCTION public.e();",
  ],
  ["ALTER SYSTEM", "ALTER SYSTEM SET archive_command = 'touch CANARY';"],
  ["reading a file", "SELECT pg_catalog.pg_read_file('/etc/passwd');"],
  ["lo_import", "SELECT pg_catalog.lo_import('/etc/passwd');"],
  ["lo_export", "SELECT pg_catalog.lo_export(pg_catalog.lo_from_bytea(0, 'x'), 'CANARY');"],
  ["SET ROLE", "SET ROLE postgres;"],
  ["SET ROLE, in a function", "SELECT pg_catalog.set_config('role', 'postgres', false);"],
  ["session_replication_role", "SET session_replication_role = replica;"],
  ["a library of the server's machine", "LOAD '/tmp/evil.so';"],
  ["a subscription", "CREATE SUBSCRIPTION s CONNECTION 'host=203.0.113.1' PUBLICATION p;"],
  ["a tablespace", "CREATE TABLESPACE s LOCATION '/tmp';"],
  ["a trusted language made untrusted", "CREATE TRUSTED LANGUAGE evil HANDLER plpgsql_call_handler;"],
  ["two statements that look like one", "DO $$ begin null; end $$ language plpgsql $x$; CREATE ROLE rowhouse_intruder; $x$;"],
  ["another encoding", "SET client_encoding = 'SJIS';"],
  ["strings without their rule", "SET standard_conforming_strings = off;\nSELECT '\\'; CREATE ROLE rowhouse_intruder; --';"],
  ["a second database", "CREATE DATABASE one;\nCREATE DATABASE two;"],
];

const harmless: readonly (readonly [string, string])[] = [
  ["an owner who is an administrator", "ALTER TABLE public.t OWNER TO postgres;\nSET SESSION AUTHORIZATION 'postgres';"],
  [
    "rights with grant option",
    "GRANT ALL ON TABLE public.t TO postgres WITH GRANT OPTION;\nALTER DEFAULT PRIVILEGES FOR ROLE postgres GRANT ALL ON TABLES TO PUBLIC;",
  ],
  ["libraries for each session", "ALTER DATABASE shop SET session_preload_libraries = '/tmp/evil';"],
  ["a check that is code", `${trueBomb}CREATE TABLE public.u (id integer CHECK (public.truth(id)));\nINSERT INTO public.u VALUES (1), (2);`],
  [
    "a domain's check that is code",
    `${trueBomb}CREATE DOMAIN public.d AS integer CHECK (public.truth(VALUE));\nCREATE TABLE public.u (id public.d);\nINSERT INTO public.u VALUES (1);`,
  ],
  ["an index of code over a column", `${intBomb}CREATE INDEX ON public.t (public.bomb(id));`],
  ["an index of code over nothing, run as it is planned", `${intBomb}CREATE INDEX ON public.t ((public.bomb(1) + id)) WHERE public.bomb(2) = 2;`],
  [
    "a generated column",
    `${intBomb}CREATE TABLE public.u (id integer, g integer GENERATED ALWAYS AS (public.bomb(id)) STORED);\nINSERT INTO public.u VALUES (1);`,
  ],
  [
    "a trigger",
    "CREATE FUNCTION public.tr() RETURNS trigger LANGUAGE plpgsql AS $$ begin execute 'copy (select 1) to program ''touch CANARY'''; return new; end $$;\nCREATE TRIGGER tr BEFORE INSERT ON public.t FOR EACH ROW EXECUTE FUNCTION public.tr();",
  ],
  [
    "a cast of its rows to text",
    `${bomb("show", "(x public.t) RETURNS text").replace("VALUE", "'x'")}CREATE CAST (public.t AS text) WITH FUNCTION public.show(public.t) AS IMPLICIT;`,
  ],
  [
    "a policy",
    `${trueBomb}ALTER TABLE public.t ENABLE ROW LEVEL SECURITY;\nALTER TABLE public.t FORCE ROW LEVEL SECURITY;\nCREATE POLICY p ON public.t USING (public.truth(id));`,
  ],
  ["a stored view", `${intBomb}CREATE MATERIALIZED VIEW public.m AS SELECT public.bomb(id) AS id FROM public.t;`],
  [
    "a function in front of the server's own",
    "CREATE FUNCTION public.count(anyelement) RETURNS bigint LANGUAGE plpgsql AS $$ begin execute 'copy (select 1) to program ''touch CANARY'''; return 1; end $$;\nCREATE FUNCTION public.format(text, name) RETURNS text LANGUAGE plpgsql AS $$ begin execute 'copy (select 1) to program ''touch CANARY'''; return 'x'; end $$;",
  ],
];

export const hostilePostgres: readonly Hostile[] = [
  ...[...commands, ...statements].map(([what, body]) => refused(what, body)),
  ...harmless.map(([what, body]) => tamed(what, body)),
];
