-- One of everything that PostgreSQL offers (13 and newer), with values whose loss would be seen. Run by psql in an empty UTF8
-- database as a superuser; the roles every_owner, every_reader and every_group are there already. Written for this project.
\set ON_ERROR_STOP on
set client_min_messages = warning;

-- The database itself.
comment on database :"DBNAME" is E'a database''s comment; with \\ and\na second line';
alter database :"DBNAME" set work_mem = '5MB';
alter database :"DBNAME" set default_transaction_read_only = on;
alter database :"DBNAME" set search_path = public, "Mixed Case";
alter database :"DBNAME" set datestyle = 'German, DMY';
alter database :"DBNAME" set intervalstyle = 'sql_standard';
alter database :"DBNAME" set timezone = 'Asia/Kathmandu';
alter database :"DBNAME" set bytea_output = 'escape';
alter role every_reader in database :"DBNAME" set statement_timeout = '61s';
grant connect, temporary on database :"DBNAME" to every_reader;
set timezone = 'UTC';
set datestyle = 'ISO, MDY';
set intervalstyle = 'postgres';

-- Schemas and extensions.
create schema "Mixed Case" authorization every_owner;
create schema types;
create schema values_of;
create schema tables;
create schema code;
create schema ext;
comment on schema types is 'types of our own';
grant usage on schema types, values_of, tables to every_reader;
grant usage on schema types to every_group with grant option;
create extension hstore with schema ext;
create extension citext with schema ext;
create extension ltree with schema ext;
create extension btree_gist with schema ext;
create extension pg_trgm with schema ext;
create extension cube with schema ext;
create extension isn with schema ext;
create extension "uuid-ossp" with schema ext;
create extension unaccent;
comment on extension unaccent is 'a comment of our own on an extension';
set search_path = public, ext;

-- Types.
create type types.mood as enum ('sad', 'it''s ok', 'with "quotes"', 'größe', '');
alter type types.mood add value 'before ok' before 'it''s ok';
comment on type types.mood is 'how one feels';
create type types.point3 as (x double precision, y double precision, "the Z" numeric(10, 3));
create type types.nested as (p types.point3, moods types.mood[], note text collate "C");
create domain types.positive as integer default 1 constraint is_positive check (value > 0);
create domain types.short_text as varchar(10) collate "C" not null check (value <> 'bad');
create domain types.many as types.positive[];
comment on domain types.positive is 'more than nothing';
comment on constraint is_positive on domain types.positive is 'a domain''s rule';
create type types.span as range (subtype = float8, subtype_diff = float8mi);
create type types.text_span as range (subtype = text, collation = "C");
create type types.shell_only;
grant usage on type types.mood to every_reader;
revoke usage on type types.positive from public;
alter type types.point3 owner to every_owner;

-- Collations.
create collation types.plain (provider = libc, locale = 'C');
create collation types.nodiff (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
comment on collation types.nodiff is 'no difference of case';

-- Every type, with hard values.
create table values_of.numbers (
  id integer primary key,
  small smallint,
  whole integer,
  big bigint,
  exact numeric,
  exact_limited numeric(20, 5),
  single real,
  double double precision,
  cash money
);
insert into values_of.numbers values
  (1, -32768, -2147483648, -9223372036854775808, 'NaN', -999999999999999.99999, 'NaN', 'NaN', '-92233720368547758.08'),
  (2, 32767, 2147483647, 9223372036854775807, repeat('9', 1000)::numeric + 0.1, 0.00001, '-Infinity', '-Infinity', '92233720368547758.07'),
  (3, 0, 0, 0, 0.000, 0, '-0', '-0', 0),
  (4, null, null, null, null, null, null, null, null),
  (5, 1, 1, 1, 1e-300::numeric, 1.5, 1e-45, 4.9e-324, 0.01),
  (6, -1, -1, -1, 1.10, 1.1, 3.4028235e38, 1.7976931348623157e308, 1234567.89),
  (7, 7, 7, 7, -0.1, 0.1, 0.1, 0.1, -0.01),
  (8, 8, 8, 8, 123456789012345678901234567890.123456789, 3, 16777217, 9007199254740993, 1),
  (9, 9, 9, 9, 1, 1, 0.30000001, 0.30000000000000004, 1);
do $$ begin
  if current_setting('server_version_num')::int >= 140000 then
    insert into values_of.numbers (id, exact) values (10, 'Infinity'), (11, '-Infinity');
  end if;
end $$;

create table values_of.texts (
  id integer primary key,
  line text,
  fixed char(5),
  limited varchar(20),
  letter "char",
  label name,
  folded ext.citext,
  by_c text collate "C",
  by_own text collate types.plain,
  by_icu text collate types.nodiff
);
insert into values_of.texts values
  (1, '', '', '', '', '', '', '', '', ''),
  (2, null, null, null, null, null, null, null, null, null),
  (3, E'tab\there, newline\nhere, return\rhere, backslash \\ \\N \\. \\t', 'ab', E'\\N', 'x', 'a name', 'MiXeD', E'\v\f\b', 'é', 'É'),
  (4, E'\\.', 'a   ', ' a ', ' ', E'two\nlines', 'mixed', E'\x01\x1f\x7f', E'e\u0301', 'é'),
  (5, '🦄 4 bytes, 表, עברית, a‍b (joined), ﷽', '🦄🦄', '🦄', 'z', 'größe', 'ß', E'\uFEFFbom', E'\uFFFD', 'ß'),
  (6, repeat('long text that is compressed ', 40000), 'x', 'x', 'x', 'x', 'x', 'x', 'x', 'x'),
  (7, (select string_agg(md5(i::text), '') from generate_series(1, 20000) as i), 'NULL', 'null', 'N', 'NULL', 'NULL', '"', '''', ','),
  (8, '  leading and trailing  ', '  x', 'x  ', E'\t', '  ', '  ', '  ', '  ', '  '),
  (9, E'$$ $body$ ; -- /* */ \\! touch x', '{}', '(,)', ';', '"', '[]', '{"a"}', '()', '%s %n');

create table values_of.times (
  id integer primary key,
  day date,
  clock time,
  clock_zone time with time zone,
  moment timestamp,
  moment_zone timestamptz,
  lasting interval,
  lasting_months interval month,
  rough timestamp(0),
  fine timestamptz(3)
);
insert into values_of.times values
  (1, 'infinity', '00:00', '00:00+15:59:59', 'infinity', 'infinity', '0', '1 month', '2000-01-01', '2000-01-01 00:00:00.001+00'),
  (2, '-infinity', '24:00', '24:00-15:59', '-infinity', '-infinity', '-178000000 years', '-5 months', null, null),
  (3, null, null, null, null, null, null, null, null, null),
  (4, '4713-01-01 BC', '23:59:59.999999', '23:59:59.999999+05:45', '4713-01-01 00:00:00 BC', '4713-01-01 00:00:00+00 BC', '1 mon -1 day 00:00:00.000001', '0', '1999-12-31 23:59:59.5', '1999-12-31 23:59:59.9996+00'),
  (5, '5874897-12-31', '12:00', '12:00-00', '294276-12-31 23:59:59.999999', '294276-12-31 23:59:59.999999+00', '-1 year 2 mons -3 days 04:05:06.789', '12 months', '0001-01-01 BC', '2024-02-29 12:00+00'),
  (6, '2024-03-31', '02:30', '02:30+01', '2024-03-31 02:30', '2024-10-27 00:30+00', '1 day 24:00', '1 year', '2024-10-27 02:30', '2024-10-27 01:30+00'),
  (7, '0001-12-31', '00:00:00.000001', '00:00:00.000001+00', '0001-12-31 BC', '1883-11-18 12:03:57+00', '-00:00:00.000001', '-1 year', '2000-02-29', '1969-12-31 23:59:59.999+00');

create table values_of.bytes (id integer primary key, raw bytea, few bit(5), many bit varying, limited bit varying(9));
alter table values_of.bytes alter column raw set storage external;
insert into values_of.bytes values
  (1, '', B'00000', B'', B''),
  (2, null, null, null, null),
  (3, (select string_agg(decode(lpad(to_hex(i), 2, '0'), 'hex'), '' order by i) from generate_series(0, 255) as i), B'10101', B'1', B'111111111'),
  (4, '\x5c4e0a5c2e090d00', B'11111', repeat('01', 5000)::varbit, B'000'),
  (5, (select string_agg(sha256(i::text::bytea), '') from generate_series(1, 40000) as i), B'00001', B'0000000000', B'1');

create table values_of.yes_no (id integer primary key, answer boolean, tag uuid, doc json, docb jsonb, page xml, found tsvector, search tsquery);
insert into values_of.yes_no values
  (1, true, '00000000-0000-0000-0000-000000000000', '{"a":1,  "a":2, "b" : null}', '{"b":null,"a":[1,2.50,1e3,{"c":""}],"é":"\ud83e\udd84"}', '<a b="1">&amp;<!-- c --><?pi x?></a>', 'a:1A b:2B,3C ''it''''s'':4', 'a & !b | (c <-> d:*A)'),
  (2, false, 'ffffffff-ffff-ffff-ffff-ffffffffffff', 'null', 'null', 'text only', '', ''),
  (3, null, null, null, null, null, null, null),
  (4, true, 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '[]', '[]', '<?xml version="1.0"?><r/>', to_tsvector('simple', 'größe 🦄 x'), to_tsquery('simple', '''größe'' <3> x')),
  (5, true, null, '1.0', '1.0', '<a/><b/>', 'a', 'a'),
  (6, false, null, '"\u0041\/"', '123456789012345678901234567890.10', null, null, '!!a');

create table values_of.networks (id integer primary key, host inet, net cidr, card macaddr, card8 macaddr8);
insert into values_of.networks values
  (1, '0.0.0.0/0', '0.0.0.0/0', '00:00:00:00:00:00', '00:00:00:00:00:00:00:00'),
  (2, '192.168.1.5/24', '192.168.1.0/24', 'ff:ff:ff:ff:ff:ff', 'ff:ff:ff:ff:ff:ff:ff:ff'),
  (3, '2001:db8::1/64', '2001:db8::/32', '08:00:2b:01:02:03', '08:00:2b:01:02:03:04:05'),
  (4, '::ffff:1.2.3.4', '::/0', null, null),
  (5, null, null, null, null);

create table values_of.shapes (id integer primary key, dot point, edge line, part lseg, frame box, way path, area polygon, round circle, solid ext.cube);
insert into values_of.shapes values
  (1, '(0.1,-0)', '{1,-1,0.3}', '[(0,0),(1,1)]', '(1,1),(0,0)', '[(0,0),(1,1),(2,0)]', '((0,0),(1,1),(2,0))', '<(0,0),5>', '(1,2),(3,4)'),
  (2, '(NaN,Infinity)', '{0,1,2}', '[(1e300,-1e-300),(0.1,0.2)]', '(1e300,1),(-1e300,-1)', '((0,0),(1,1))', '((0.1,0.2))', '<(0.1,0.2),0>', '0.1'),
  (3, null, null, null, null, null, null, null, null);

create table values_of.spans (id integer primary key, ints int4range, bigs int8range, nums numrange, days daterange, moments tsrange, zoned tstzrange, own types.span, texts types.text_span);
insert into values_of.spans values
  (1, 'empty', 'empty', 'empty', 'empty', 'empty', 'empty', 'empty', 'empty'),
  (2, '(,)', '[1,)', '(,1.50]', '[2024-01-01,infinity]', '[-infinity,infinity]', '(,2024-01-01 00:00+00]', '[0.1,0.30000000000000004)', '["",a)'),
  (3, '[1,5)', '[-9223372036854775808,9223372036854775807)', '[1.0,1.00]', '[2024-02-29,2024-03-01)', '[2024-01-01 00:00:00.000001,2024-01-02)', '["2024-01-01 00:00+00",)', '(,)', E'["a,b","c\\"d)"]'),
  (4, null, null, null, null, null, null, null, null);
do $$ begin
  if current_setting('server_version_num')::int >= 140000 then
    execute $x$create table values_of.multispans (id integer primary key, ints int4multirange, nums nummultirange, own types.span_multirange, zoned tstzmultirange)$x$;
    execute $x$insert into values_of.multispans values (1, '{}', '{}', '{}', '{}'), (2, '{[1,3),[5,7)}', '{(,1.50],[2,)}', '{[0.1,0.2]}', '{["2024-01-01 00:00+00",infinity]}'), (3, null, null, null, null)$x$;
  end if;
end $$;

create table values_of.lists (id integer primary key, ints integer[], texts text[], deep integer[][][], moods types.mood[], points types.point3[], based integer[], docs jsonb[], raws bytea[]);
insert into values_of.lists values
  (1, '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}'),
  (2, '{1,NULL,3}', array['', 'NULL', null, 'a"b', E'back\\slash', 'with, comma', '{brace}', E'new\nline', ' '], '{{{1,2},{3,4}},{{5,6},{7,8}}}', array['', 'größe']::types.mood[], array[row(1, null, 2.5)::types.point3, null], '[-2:0]={7,8,9}', array['{"a": "b,c"}'::jsonb], array['\x00ff'::bytea, null]),
  (3, null, null, null, null, null, null, null, null);

create table values_of.composed (id integer primary key, point types.point3, nested types.nested, positive types.positive, short types.short_text, many types.many, mood types.mood);
insert into values_of.composed values
  (1, row(0.1, 'NaN', 1.001), row(row(1, 2, 3), array['sad', 'it''s ok']::types.mood[], 'a,(b) "c" \d'), 1, '', array[1, 2], ''),
  (2, null, null, null, '0123456789', null, 'with "quotes"'),
  (3, row(null, null, null), row(null, null, null), 2147483647, 'é', '{}', 'before ok'),
  (4, row('-Infinity', 0, 9999999.999), row(row(null, null, null), '{}', ''), 5, ' ', array[7], null);

create table values_of.systems (id integer primary key, number oid, class regclass, type regtype, proc regprocedure, role regrole, schema regnamespace, config regconfig, lsn pg_lsn, place tid, words oidvector, shorts int2vector, path jsonpath, txs txid_snapshot, xact xid8);
insert into values_of.systems values
  (1, 4294967295, 'values_of.numbers', 'types.mood', 'pg_catalog.now()', 'every_reader', 'types', 'pg_catalog.english', 'FFFFFFFF/FFFFFFFF', '(0,1)', '1 2 3', '1 -2', '$.a[*] ? (@.b > 1)', '10:20:10,14,15', '18446744073709551615'),
  (2, 0, null, null, null, null, null, null, '0/0', null, '', '', 'strict $', null, '0'),
  (3, null, null, null, null, null, null, null, null, null, null, null, null, null, null);

create table values_of.extended (id integer primary key, pairs ext.hstore, tree ext.ltree, book ext.isbn13, query ext.lquery);
insert into values_of.extended values
  (1, 'a=>1, "b c"=>NULL, "=>"=>"\"", ""=>""', 'top.sub.leaf', '978-0-393-04002-9', '*.sub.*{1,2}'),
  (2, '', '', null, null),
  (3, null, null, null, null);

-- Large objects.
select lo_from_bytea(70001, '\x00010203ff5c0a') is not null as made, lo_from_bytea(70002, '') is not null as made_empty;
select lo_from_bytea(70003, (select string_agg(sha256(i::text::bytea), '') from generate_series(1, 10000) as i)) is not null as made_long;
grant select on large object 70001 to every_reader;
alter large object 70002 owner to every_owner;
comment on large object 70003 is 'a large object''s comment';

-- Tables of every kind.
create table tables.parent (id integer primary key, note text default 'from ''the'' parent', made timestamptz default '2024-01-01 00:00+00');
create table tables.child (extra integer check (extra > 0)) inherits (tables.parent);
create table tables.second (kind text);
create table tables.grandchild (deep text) inherits (tables.child, tables.second);
alter table tables.child alter column note set default 'from the child';
insert into tables.parent values (1, 'in the parent', '2024-01-01 00:00+00');
insert into tables.child values (2, 'in the child', '2024-01-01 00:00+00', 5);
insert into tables.grandchild values (3, 'in the grandchild', '2024-01-01 00:00+00', 6, 'k', 'd');

create table tables.by_range (id integer not null, day date not null, amount numeric, primary key (id, day)) partition by range (day);
create table tables.by_range_old partition of tables.by_range for values from (minvalue) to ('2024-01-01');
create table tables.by_range_new partition of tables.by_range for values from ('2024-01-01') to (maxvalue) partition by list (id);
create table tables.by_range_new_few partition of tables.by_range_new for values in (1, 2, 3);
create table tables.by_range_new_rest partition of tables.by_range_new default;
create table tables.by_hash (key text primary key, val integer) partition by hash (key);
create table tables.by_hash_0 partition of tables.by_hash for values with (modulus 2, remainder 0);
create table tables.by_hash_1 (val integer, key text not null);
alter table tables.by_hash attach partition tables.by_hash_1 for values with (modulus 2, remainder 1);
create table tables.by_expression (a text, b text) partition by range (lower(a) collate "C", b);
create table tables.by_expression_all partition of tables.by_expression default;
create index on tables.by_range (amount desc nulls last);
create unique index only_one on tables.by_range_old (amount) where amount > 100;
insert into tables.by_range select i, date '2023-12-25' + i, i * 1.50 from generate_series(1, 20) as i;
insert into tables.by_hash select 'key ' || i, i from generate_series(1, 50) as i;
insert into tables.by_expression values ('A', 'b'), (null, null);

create table tables.numbered (
  id integer generated always as identity (start with 100 increment by 7 minvalue 5 maxvalue 100000 cache 3 cycle),
  other bigint generated by default as identity,
  old serial,
  area numeric generated always as (width * height) stored,
  width numeric(10, 2) not null,
  height numeric(10, 2) not null,
  label text generated always as ('№ ' || upper(coalesce(name, '?'))) stored,
  name text,
  primary key (id) include (name),
  unique (other) deferrable initially deferred
);
insert into tables.numbered (width, height, name) select i, 2.5, case when i % 3 = 0 then null else 'n' || i end from generate_series(1, 30) as i;
insert into tables.numbered (id, other, width, height) overriding system value values (-5, -6, 0, 0);
create sequence tables.down as smallint increment by -3 minvalue -100 maxvalue 50 start with 50 cycle;
create sequence tables.fresh start with 77;
create sequence tables.far;
select nextval('tables.down'), nextval('tables.down'), setval('tables.far', 9223372036854775807, true);
comment on sequence tables.fresh is 'never used';
alter sequence tables.far owner to every_owner;
grant usage on sequence tables.fresh to every_reader;

create table tables.chicken (id integer primary key, egg_id integer);
create table tables.egg (id integer primary key, chicken_id integer not null references tables.chicken deferrable initially deferred);
alter table tables.chicken add constraint from_egg foreign key (egg_id) references tables.egg on update cascade on delete set null deferrable;
create table tables.node (id integer primary key, parent_id integer references tables.node on delete cascade, check (parent_id <> id) no inherit);
insert into tables.node values (3, 2), (2, 1), (1, 3), (4, null);
insert into tables.chicken values (1, null), (2, null);
insert into tables.egg values (1, 2), (2, 1);
update tables.chicken set egg_id = id;

create table tables.room (number integer, during tstzrange, beds integer, exclude using gist (number with =, during with &&) where (beds > 0) deferrable);
insert into tables.room values (1, '[2024-01-01 00:00+00,2024-01-02 00:00+00)', 2), (1, '[2024-01-02 00:00+00,2024-01-03 00:00+00)', 2), (1, '(,)', 0);
create unlogged table tables.fleeting (id integer primary key, what text);
insert into tables.fleeting values (1, 'unlogged, and kept');
create table tables.no_columns ();
insert into tables.no_columns default values;
insert into tables.no_columns default values;
create table tables.no_key (a integer, b text);
insert into tables.no_key values (1, 'twice'), (1, 'twice'), (null, null), (null, null);
create table tables.typed of types.point3 (x primary key, y with options default 5);
insert into tables.typed values (1, 2, 3);
create table tables.dropped (a integer, gone text, b integer default 3);
insert into tables.dropped values (1, 'gone', 2);
alter table tables.dropped drop column gone, add column c integer not null default 42;
create table tables.not_checked (a integer);
insert into tables.not_checked values (-1);
alter table tables.not_checked add constraint checked_later check (a > 0) not valid;
create table tables.tuned (a text, b text, c text) with (fillfactor = 70, autovacuum_enabled = off, toast.autovacuum_enabled = off);
alter table tables.tuned alter column a set statistics 500, alter column b set storage external, alter column c set (n_distinct = -0.5);
alter table tables.tuned replica identity full;
create index tuned_expression on tables.tuned (lower(a), (b || c) text_pattern_ops) with (fillfactor = 60);
alter index tables.tuned_expression alter column 2 set statistics 300;
cluster tables.tuned using tuned_expression;
create table tables.indexed (id integer primary key, words tsvector, tags integer[], spot point, name text, mail text, docb jsonb);
create index on tables.indexed using gin (words);
create index on tables.indexed using gin (name ext.gin_trgm_ops);
create index on tables.indexed using gin (docb jsonb_path_ops);
create index on tables.indexed using gist (spot);
create index on tables.indexed using spgist (spot);
create index on tables.indexed using brin (id) with (pages_per_range = 32);
create index on tables.indexed using hash (mail);
create unique index no_doubles on tables.indexed (mail collate "C" desc nulls last, lower(name)) include (id) where mail is not null;
alter table tables.indexed replica identity using index indexed_pkey;
create statistics tables.together (ndistinct, dependencies, mcv) on id, name from tables.indexed;
create statistics tables.of_expression on lower(name) from tables.indexed;
alter statistics tables.together set statistics 77;
comment on statistics tables.together is 'what belongs together';
comment on table tables.parent is E'quote '' backslash \\ newline\nand 🦄';
comment on column tables.parent.note is 'a column''s comment';
comment on index tables.only_one is 'an index'' comment';
comment on constraint from_egg on tables.chicken is 'a constraint''s comment';

-- Rights, row security, default rights.
create table tables.secret (id integer primary key, owner name default current_user, body text);
insert into tables.secret values (1, 'every_reader', 'for the reader'), (2, 'every_owner', 'for the owner');
alter table tables.secret owner to every_owner;
alter table tables.secret enable row level security;
alter table tables.secret force row level security;
create policy own_rows on tables.secret for all to every_reader, every_group using (owner = current_user) with check (body <> 'it''s');
create policy never on tables.secret as restrictive for delete to public using (false);
comment on policy never on tables.secret is 'a policy''s comment';
grant select (id, body), update (body) on tables.secret to every_reader;
grant select, insert on tables.secret to every_group with grant option;
grant select on all tables in schema values_of to every_reader;
revoke all on tables.no_key from every_owner;
alter default privileges for role every_owner in schema tables grant select on tables to every_reader;
alter default privileges for role every_owner grant execute on functions to every_group;
alter default privileges for role every_owner revoke execute on functions from public;
alter default privileges in schema code grant usage on types to every_reader;

-- Code of every kind.
create function code.add_up(a integer, b integer default 2, variadic rest integer[] default '{}') returns bigint
language sql immutable strict parallel safe leakproof cost 7 as $body$ select a + b + coalesce((select sum(r) from unnest(rest) as r), 0) $body$;
create function code.add_up(a text) returns text language sql immutable as $$ select 'an overload of ' || a $$;
create function code.two_out(in a integer, out b integer, out "the c" text, inout d numeric) language plpgsql security definer set search_path = pg_catalog, pg_temp set work_mem = '7MB'
as $f$ begin b := a; "the c" := 'quote '' backslash \ dollar $$'; d := d + 1; end $f$;
create function code.many() returns table (n integer, t text) language plpgsql stable rows 3 as $$ begin return query select 1, 'one'::text; end $$;
create function code.points() returns setof types.point3 language sql as 'select 1.0::float8, 2.0::float8, 3.0::numeric';
create procedure code.do_it(inout x integer) language plpgsql as $$ begin x := x + 1; commit; end $$;
create function code.step(state numeric, next numeric) returns numeric language sql immutable as 'select coalesce(state, 0) + coalesce(next, 0)';
create aggregate code.total(numeric) (sfunc = code.step, stype = numeric, initcond = '0', combinefunc = code.step, parallel = safe);
create aggregate code.pick(direct float8 order by float8) (sfunc = ordered_set_transition, stype = internal, finalfunc = percentile_disc_final, finalfunc_extra);
create function code.same(a types.point3, b types.point3) returns boolean language sql immutable as 'select a.x = b.x';
create operator code.=== (leftarg = types.point3, rightarg = types.point3, function = code.same, commutator = operator(code.===), restrict = eqsel, join = eqjoinsel);
create function code.compare(a types.point3, b types.point3) returns integer language sql immutable as 'select sign(a.x - b.x)::integer';
create operator family code.point_family using btree;
create function code.hash_of(a types.point3) returns integer language sql immutable as 'select a.x::integer';
create operator class code.point_hash for type types.point3 using hash as operator 1 code.===, function 1 code.hash_of(types.point3);
create function code.to_text(a types.point3) returns text language sql immutable as 'select a.x::text';
create cast (types.point3 as text) with function code.to_text(types.point3) as assignment;
create cast (types.point3 as jsonb) with inout;
create conversion code.to_utf8 for 'LATIN1' to 'UTF8' from iso8859_1_to_utf8;
create text search dictionary code.plain_words (template = simple, stopwords = english, accept = false);
create text search configuration code.search (copy = pg_catalog.simple);
alter text search configuration code.search alter mapping for asciiword, word with code.plain_words, pg_catalog.simple;
create access method every_heap type table handler heap_tableam_handler;
create table tables.other_heap (id integer primary key) using every_heap;
insert into tables.other_heap values (1);
comment on function code.add_up(integer, integer, integer[]) is 'adds';
comment on operator code.=== (types.point3, types.point3) is 'the same x';
comment on aggregate code.total(numeric) is 'a sum';
comment on procedure code.do_it(integer) is 'does it';
comment on cast (types.point3 as text) is 'its x';
comment on text search configuration code.search is 'searches';
revoke execute on function code.many() from public;
grant execute on function code.many() to every_reader with grant option;
grant execute on procedure code.do_it(integer) to every_group;
alter function code.points() owner to every_owner;
do $$ begin
  if current_setting('server_version_num')::int >= 140000 then
    execute $x$create function code.atomic(a integer) returns integer language sql begin atomic select a + (select count(*) from tables.parent); end$x$;
  end if;
end $$;

-- Views.
create view code.plain_view as select p.*, n.id as node from tables.parent as p left join tables.node as n using (id);
create view code.over_view (renamed, "and quoted") with (security_barrier = true) as select note, made from code.plain_view where id > 0;
create view code.checked as select id, body from tables.secret where id > 0 with local check option;
create view code.checked_all as select id, body from code.checked where id < 100 with cascaded check option;
create view code.counting (n) as with recursive counted (n) as (values (1) union all select n + 1 from counted where n < 5) select n from counted;
create view code.with_default as select id, note from tables.parent;
alter view code.with_default alter column note set default 'from the view';
create materialized view code.stored_view as select amount, count(*) as many from tables.by_range group by amount with data;
create unique index stored_key on code.stored_view (amount);
create materialized view code.stored_over as select many from code.stored_view with no data;
comment on view code.plain_view is 'a view''s comment';
comment on column code.over_view.renamed is 'a view''s column';
comment on materialized view code.stored_view is 'a stored view';
grant select on code.plain_view, code.stored_view to every_reader;
alter view code.over_view owner to every_owner;

-- Triggers, rules, event triggers, publications.
create function code.touched() returns trigger language plpgsql as $$ begin raise exception 'a trigger ran: % % %', tg_name, tg_op, tg_argv; end $$;
create trigger before_row before insert or update of note on tables.parent for each row when (new.id > 1000) execute function code.touched('an ''arg''', '2');
create trigger after_statement after delete on tables.parent referencing old table as gone for each statement execute function code.touched();
create constraint trigger late after update on tables.node deferrable initially deferred for each row execute function code.touched();
create trigger instead_of instead of insert on code.plain_view for each row execute function code.touched();
create trigger of_parts before truncate on tables.no_key for each statement execute function code.touched();
create trigger of_partitions after delete on tables.by_range for each row execute function code.touched();
alter table tables.no_key disable trigger of_parts;
alter table tables.parent enable always trigger after_statement;
comment on trigger before_row on tables.parent is 'a trigger''s comment';
create rule no_delete as on delete to tables.no_key do instead nothing;
create rule also as on insert to tables.no_key where new.a > 1000 do also insert into tables.no_columns default values;
alter table tables.no_key disable rule also;
comment on rule no_delete on tables.no_key is 'a rule''s comment';
create function code.watched() returns event_trigger language plpgsql as $$ begin null; end $$;
create event trigger on_ddl on ddl_command_end when tag in ('CREATE TABLE', 'DROP TABLE') execute function code.watched();
create event trigger on_drop on sql_drop execute function code.watched();
alter event trigger on_drop disable;
comment on event trigger on_ddl is 'watches';
create publication some_tables for table tables.parent, tables.node with (publish = 'insert, delete');
create publication all_tables for all tables with (publish_via_partition_root = true);
comment on publication some_tables is 'publishes';
do $$ begin
  if current_setting('server_version_num')::int >= 150000 then
    execute $x$create publication parts for table tables.numbered (id, name) where (id > 5)$x$;
    execute $x$create publication of_schema for tables in schema values_of$x$;
    execute $x$create view code.as_invoker with (security_invoker = true) as select 1 as one$x$;
    execute $x$create table tables.nulls_alike (a integer, unique nulls not distinct (a))$x$;
    execute $x$insert into tables.nulls_alike values (null)$x$;
    execute $x$create unlogged sequence tables.fleeting_numbers$x$;
  end if;
  if current_setting('server_version_num')::int >= 140000 then
    execute $x$alter table tables.tuned alter column a set compression pglz$x$;
  end if;
end $$;

-- Names that somebody else's program may trip over: each as schema, type, table, column, index, constraint, sequence, view, function, trigger.
do $do$
declare
  odd text;
begin
  foreach odd in array array['we"ird', 'sem;icolon', E'new\nline', 'back\slash', '-o', '--file=x', '$(id)', '`id`', '%s%n', '=', 'host=x dbname=y', '../x', '..', '/etc/passwd',
    'it''s', 'select', 'CamelCase', ' spaces ', E'tab\there', 'größe 🦄 表', 'e' || U&'\0301', '$$', '{}', '"', '\!', '\.', ':x', '*', '?', '|', '>', repeat('x', 63), repeat('ü', 31), E'\x01\x7f', 'a.b', 'NULL', '1', 'user', '#', '@', '~', E'\r']
  loop
    execute format('create schema %1$I', odd);
    execute format('create type %1$I."a type" as enum (%2$L)', odd, odd);
    execute format('create table %1$I.%1$I (%1$I integer primary key, "value" text default %2$L, kind %1$I."a type", constraint %1$I check ("value" <> %3$L))', odd, odd, odd || 'x');
    execute format('insert into %1$I.%1$I values (1, %2$L, %2$L), (2, default, null)', odd, odd);
    execute format('create index %2$I on %1$I.%1$I ("value")', odd, left(odd, 15) || ' index');
    execute format('create sequence %1$I.%2$I', odd, left(odd, 15) || ' sequence');
    execute format('create view %1$I.%2$I as select %1$I as %1$I, "value" || %3$L::text as v from %1$I.%1$I', odd, left(odd, 15) || ' view', odd);
    execute format('create function %1$I.%1$I() returns trigger language plpgsql as %2$L', odd, 'begin return new; -- ' || translate(odd, E'\n\r', '') || E'\nend');
    execute format('create trigger %1$I before delete on %1$I.%1$I for each row execute function %1$I.%1$I()', odd);
    execute format('comment on table %1$I.%1$I is %1$L', odd);
  end loop;
end $do$;
