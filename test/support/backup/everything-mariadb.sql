-- One of everything that MariaDB offers (10.11 and newer), with values whose loss would be seen. Run by the mariadb client, with
-- utf8mb4, in an empty database as an administrator; the users 'every owner'@'localhost' and every_reader@'%' and the role
-- every_role are there already. Written for this project.
set sql_mode = 'STRICT_ALL_TABLES,NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES', time_zone = '+00:00', foreign_key_checks = 1;

-- Every type, with hard values.
create table numbers (
  id integer primary key,
  tiny tinyint, tiny_un tinyint unsigned, small smallint, small_zero smallint(5) zerofill, medium mediumint, medium_un mediumint unsigned,
  whole integer, whole_un integer unsigned zerofill, big bigint, big_un bigint unsigned,
  exact decimal(65, 30), exact_un decimal(10, 0) unsigned, few decimal(38, 38),
  single float, single_un float unsigned, single_fixed float(7, 4),
  double_ double, double_fixed double(20, 5), bits bit, bits_many bit(64), bits_odd bit(13), yes boolean
) comment = 'quote '' backslash \\ newline \n 🦄';
insert into numbers values
  (1, -128, 0, -32768, 0, -8388608, 0, -2147483648, 0, -9223372036854775808, 0, -99999999999999999999999999999999999.999999999999999999999999999999, 0, -0.99999999999999999999999999999999999999, -3.402823466e38, 0, -999.9999, -1.7976931348623157e308, -99999999999999.99999, b'0', 0, 0, false),
  (2, 127, 255, 32767, 65535 / 2, 8388607, 16777215, 2147483647, 4294967295, 9223372036854775807, 18446744073709551615, 99999999999999999999999999999999999.999999999999999999999999999999, 9999999999, 0.99999999999999999999999999999999999999, 3.402823466e38, 3.4e38, 999.9999, 1.7976931348623157e308, 99999999999999.99999, b'1', 18446744073709551615, 8191, true),
  (3, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null),
  (4, 0, 1, 0, 7, 0, 1, 0, 7, 0, 1, 0.000000000000000000000000000001, 1, 0.00000000000000000000000000000000000001, 1.4e-45, 1.17549435e-38, 0.0001, 4.9e-324, 0.00001, b'0', 0x0a, 0x5c, true),
  (5, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 0.1, 1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, b'1', 0x5c4e00090a0d2227, 0x0900, true),
  (6, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, -0.1, 2, -0.1, 16777217, 123456.789, 123.4567, 0.30000000000000004, 12345678901234.56789, b'1', 0x8000000000000000, 0x1000, 2),
  (7, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 1e-30, 3, 0, '-0', 0, '-0', '-0', '-0', b'0', 1, 1, -1),
  (8, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 3.14159, 4, 0, 3.14159274, 1e10, 3.1416, 9007199254740993, 3.14159, b'0', 2, 2, 0),
  (9, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 1, 5, 0, 1e-40, 8388608.5, 0.1234, 2.2250738585072011e-308, 1, b'0', 3, 3, 0);

create table times (
  id integer primary key,
  day date, clock time, clock_fine time(6), moment datetime, moment_fine datetime(6), stamp timestamp null, stamp_fine timestamp(6) null, of_year year,
  made timestamp not null default current_timestamp on update current_timestamp, made_fine datetime(3) default current_timestamp(3) on update current_timestamp(3)
);
insert into times values
  (1, '0000-00-00', '-838:59:59', '-838:59:59.999999', '0000-00-00 00:00:00', '0000-00-00 00:00:00.000000', '0000-00-00 00:00:00', '0000-00-00 00:00:00.000000', 0, '0000-00-00 00:00:00', null),
  (2, '9999-12-31', '838:59:59', '838:59:59.999999', '9999-12-31 23:59:59', '9999-12-31 23:59:59.999999', '2038-01-19 03:14:07', '2038-01-19 03:14:07.999999', 2155, '1970-01-01 00:00:01', '0001-01-01 00:00:00.001'),
  (3, null, null, null, null, null, null, null, null, '2024-02-29 12:00:00', null),
  (4, '2024-02-30', '00:00:00', '-00:00:00.000001', '2024-02-31 23:00:00', '2024-00-00 00:00:00.1', '2024-03-31 01:30:00', '2024-10-27 00:30:00.000001', 1901, '2024-10-27 01:30:00', '2024-10-27 01:30:00.999'),
  (5, '2024-00-00', '23:59:59', '00:00:00.1', '2000-02-29 23:59:59', '1000-01-01 00:00:00.000001', '1970-01-01 00:00:01', '1970-01-01 00:00:01.000000', 1970, '2024-10-27 00:30:00', '0000-00-00 00:00:00.000');

create table texts (
  id integer primary key,
  fixed char(10), varied varchar(255), tiny tinytext, normal text, medium mediumtext, longer longtext, nothing varchar(0),
  folded varchar(50) collate utf8mb4_general_ci, by_bin varchar(50) collate utf8mb4_bin, by_nopad varchar(50) collate utf8mb4_nopad_bin, by_uca varchar(50) collate uca1400_ai_ci,
  pressed text compressed, pressed_var varchar(500) compressed
) default character set utf8mb4;
insert into texts values
  (1, '', '', '', '', '', '', '', '', '', '', '', '', ''),
  (2, null, null, null, null, null, null, null, null, null, null, null, null, null),
  (3, '\\N', 'tab\there, newline\nhere, return\rhere, backslash \\ \\N \\. \\t \\0', '\\', '\0nul\0', '\Z', '\b', '', 'MiXeD', 'é', 'a ', 'ß', repeat('pressed ', 500), repeat('p', 400)),
  (4, 'ab', '  a  ', 'NULL', 'null', '"', '''', null, 'mixed', 'e\u0301', 'a', 'ss', '\t', '\n'),
  (5, '🦄🦄', '🦄 4 bytes, 表, עברית, a‍b, ﷽', '🦄', 'größe', '\r\n', '`', null, 'É', '﻿bom', '�', 'ẞ', '\\', '\0'),
  (6, 'x', 'x', repeat('é', 127), repeat('🦄', 16383), repeat('medium \\ \t \n', 100000), repeat('long text ', 300000), null, 'x', 'x', 'x', 'x', 'x', 'x'),
  (7, ',', ';', '--', '/* */', '$$', '{}', null, '%', '_', '#', '@', '<', '>');

create table bytes (id integer primary key, fixed binary(6), varied varbinary(300), tiny tinyblob, normal blob, medium mediumblob, longer longblob);
insert into bytes values
  (1, '', '', '', '', '', ''),
  (2, null, null, null, null, null, null),
  (3, 0x00, 0x000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f404142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f, 0x00, 0x0000, 0x5c, 0x5c5c),
  (4, 0x0a090d5c0000, 0x808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9fa0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3b4b5b6b7b8b9babbbcbdbebfc0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedfe0e1e2e3e4e5e6e7e8e9eaebecedeeeff0f1f2f3f4f5f6f7f8f9fafbfcfdfeff, 0x0a, 0x090a, 0x0a0a0a, 0x5c4e),
  (5, 0x202020202020, 0x2020, 0x20, 0x0020, repeat(x'00', 100000), repeat(x'5c0a', 500000)),
  (6, 0xffffffffffff, 0xff, 0xff, 0xfffe, unhex(repeat('c328', 10)), unhex(repeat('eda080', 10)));

create table choices (
  id integer primary key,
  one enum('a', 'b', '', 'it''s', 'with "quotes"', 'größe', 'tab\there') character set utf8mb4, digits enum('2', '1', '0', '00') character set ascii,
  latin enum('é', 'ß') character set latin1, few set('a', 'b', 'it''s', '表') character set utf8mb4, wide enum('x', 'y') character set ucs2, fixed enum('only') not null
);
set sql_mode = 'NO_AUTO_VALUE_ON_ZERO';
insert into choices values
  (1, 'a', '2', 'é', '', 'x', 'only'),
  (2, null, null, null, null, null, 'only'),
  (3, '', '1', 'ß', 'a,b,it''s,表', 'y', 'only'),
  (4, 'größe', '0', 'é', '表', 'x', 'only'),
  (5, 0, 0, 0, 0, 0, 0),
  (6, 'tab\there', '00', 'É', 'it''s', 'x', 'only'),
  (7, 'not one of them', 'neither', 'nor', 'a', 'this', 'other');
set sql_mode = 'STRICT_ALL_TABLES,NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES';

create table addresses (id integer primary key, u uuid, four inet4, six inet6, doc json, list json default '[]' check (json_length(list) < 10));
insert into addresses values
  (1, '00000000-0000-0000-0000-000000000000', '0.0.0.0', '::', '{"a":1,  "a":2, "b" : null}', '[]'),
  (2, 'ffffffff-ffff-ffff-ffff-ffffffffffff', '255.255.255.255', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 'null', '["tab\\t", "🦄", "\\ud83e\\udd84", "\\\\N"]'),
  (3, null, null, null, null, null),
  (4, 'a0eebc99-9c0b-1ef8-bb6d-6bb9bd380a11', '10.92.0.9', '::ffff:1.2.3.4', '123456789012345678901234567890.10', '[1.50, 1e3]'),
  (5, '5c4e0a09-0000-1000-8000-0a090d5c4e00', '92.78.10.9', '5c4e:0a09::', '"\\u0041\\/"', '[[],{}]');

create table shapes (id integer primary key, any_one geometry, dot point not null, one_line linestring, area polygon, dots multipoint, many_lines multilinestring, areas multipolygon, mixed geometrycollection, spatial index (dot));
insert into shapes values
  (1, st_geomfromtext('POINT(0.1 -0.2)', 4326), st_geomfromtext('POINT(1e300 -1e-300)', 4326), st_geomfromtext('LINESTRING(0 0,1 1,2 0)'), st_geomfromtext('POLYGON((0 0,10 0,10 10,0 0),(1 1,2 1,2 2,1 1))'), st_geomfromtext('MULTIPOINT(1 1,2 2)'), st_geomfromtext('MULTILINESTRING((0 0,1 1),(2 2,3 3))', 3857), st_geomfromtext('MULTIPOLYGON(((0 0,1 0,1 1,0 0)))'), st_geomfromtext('GEOMETRYCOLLECTION(POINT(1 1),LINESTRING(0 0,1 1))')),
  (2, null, point(0.1, 0.30000000000000004), null, null, null, null, null, st_geomfromtext('GEOMETRYCOLLECTION EMPTY')),
  (3, st_geomfromtext('LINESTRING(0 0,1 1)'), point(-0.0, 9.2), null, null, null, null, null, null);

-- Every character set, with the bytes that it can hold.
delimiter //
create procedure make_charsets() begin
  declare done boolean default false;
  declare name_of varchar(32) character set utf8mb4;
  declare widths integer;
  declare mark varchar(2) character set utf8mb4;
  declare all_of cursor for select character_set_name, maxlen from information_schema.character_sets where character_set_name <> 'binary' order by 1;
  declare continue handler for not found set done = true;
  open all_of;
  each_one: loop
    fetch all_of into name_of, widths;
    if done then leave each_one; end if;
    execute immediate concat('create table `charset ', name_of, '` (id integer primary key, short_one varchar(40), fixed char(5), long_one text, label enum(''a'', ''b'')) character set ', name_of);
    set mark = if(name_of = 'swe7', '', '\\\\'); -- it has no backslash
    execute immediate concat('insert into `charset ', name_of, '` values (1, '''', '''', '''', null), (2, ''plain ', mark, ' text'', ''a'', ''tab\\t newline\\n nul\\0 ', mark, 'N'', ''a''), (3, null, null, null, ''b'')');
    if name_of in ('latin1', 'cp850', 'koi8r', 'latin2', 'cp1251', 'greek', 'hebrew', 'dec8', 'hp8', 'cp852', 'cp866', 'macroman') then
      execute immediate concat('insert into `charset ', name_of, '` values (4, x''808182c3285c00090a0dff'', x''fffe'', x''5c4e5c0aff8090'', ''b'')');
    end if;
    if name_of in ('utf8mb4', 'utf16', 'utf16le', 'utf32') then
      execute immediate concat('insert into `charset ', name_of, '` values (4, ''🦄 größe 表'', ''🦄'', repeat(''🦄 表\\t'', 3000), ''b'')');
    end if;
    if name_of in ('ucs2', 'utf8mb3', 'sjis', 'cp932', 'eucjpms', 'ujis', 'big5', 'gbk', 'gb2312', 'euckr') then
      execute immediate concat('insert into `charset ', name_of, '` values (4, ''一二三'', ''一'', repeat(''一二三 '', 3000), ''b'')');
    end if;
  end loop;
end //
delimiter ;
call make_charsets();
drop procedure make_charsets;
insert into `charset sjis` values (5, x'835c95e983855c', x'835c', x'835c815c0a', 'a');
insert into `charset gbk` values (5, x'815c955c', x'b35c', x'815c0a', 'a');
insert into `charset big5` values (5, x'a45ca55c', x'a45c', x'a45c0a', 'a');

-- Tables of every kind.
create table numbered (
  id bigint unsigned not null auto_increment, name varchar(50) default 'it''s' comment 'a column''s comment \\ 🦄', width int not null default (1 + 1),
  height int not null, area int as (width * height) virtual, volume int as (width * height * 2) stored, shown varchar(60) as (concat('№ ', name)) stored,
  hidden int invisible default 7, hidden_generated int as (width + 1) virtual invisible, of_json int as (json_value(doc, '$.a')) virtual, doc json,
  primary key (id), key by_area (area), unique key by_shown (shown), key ignored_one (name) ignored, key falling (width desc, height asc),
  constraint `wide enough` check (width > 0), constraint both_of check (width < 1000 or height < 1000), check (name <> 'bad')
) auto_increment = 77 default character set utf8mb4 comment = 'numbered';
insert into numbered (name, width, height, hidden, doc) values ('a', 1, 2, 3, '{"a": 5}'), ('b', 3, 4, null, null), (null, 5, 6, default, '{}');
insert into numbered (id, name, width, height) values (0, 'zero', 9, 9), (1000, 'thousand', 9, 10);
delete from numbered where id = 1000;
create table chicken (id int primary key, egg_id int);
create table egg (id int primary key, chicken_id int not null, constraint from_chicken foreign key (chicken_id) references chicken (id) on update cascade);
alter table chicken add constraint from_egg foreign key (egg_id) references egg (id) on delete set null on update restrict;
create table node (id int primary key, parent_id int, weight decimal(5, 2) not null default 0.10, foreign key (parent_id) references node (id) on delete cascade);
insert into chicken values (1, null), (2, null);
insert into egg values (1, 2), (2, 1);
update chicken set egg_id = id;
insert into node values (1, null, 1), (2, 1, 2), (3, 2, default);
update node set parent_id = 3 where id = 1;
create table empty_one (id int);
create table no_key (a int, b varchar(20));
insert into no_key values (1, 'twice'), (1, 'twice'), (null, null), (null, null);
create table only_text (t text character set utf8mb4);
insert into only_text values (''), (null), ('\n'), (''), ('\\N'), ('\t');
create table long_key (id int primary key, body blob, label text, unique (body), unique key on_hash (label) using hash);
insert into long_key values (1, repeat('a', 5000), 'x'), (2, repeat('a', 5001), null), (3, null, null);
create table searched (id int primary key, title varchar(100), body text, fulltext key words (title, body)) default character set utf8mb4;
insert into searched values (1, 'größe', 'a word in a text'), (2, null, '');
create table packed_dynamic (id int primary key, t text) row_format = dynamic;
create table packed_redundant (id int primary key, t text) row_format = redundant stats_persistent = 0 max_rows = 1000 avg_row_length = 10 checksum = 1;
create table packed_compressed (id int primary key, t text) row_format = compressed key_block_size = 4;
create table packed_pages (id int primary key, t text) page_compressed = 1 page_compression_level = 3;
insert into packed_dynamic values (1, 'd');
insert into packed_redundant values (1, 'r');
insert into packed_compressed values (1, 'c');
insert into packed_pages values (1, 'p');
create table rented (room int, from_day date, to_day date, guest varchar(20), period for stay (from_day, to_day), primary key (room, stay without overlaps));
insert into rented values (1, '2024-01-01', '2024-01-05', 'a'), (1, '2024-01-05', '2024-01-09', 'b');
create table wide_key (a int, b varchar(40) character set utf8mb4, c datetime(6), primary key (b, a desc), key prefix_of (b(3)), key part (c) comment 'an index'' comment') default character set utf8mb4;
insert into wide_key values (1, 'x', null), (3, 'X ', '2024-01-01'), (2, 'x', null);
create table only_numbers (n int auto_increment primary key);
insert into only_numbers values (), (), ();
create table expressions (id int primary key, u uuid default uuid(), at datetime(6) default (now(6) + interval 1 day), t text default ('a text'), b blob default (x'5c00'), e decimal(10, 3) default (pi() * 2));
insert into expressions values (1, '11111111-1111-1111-1111-111111111111', '2024-01-01', default, default, default);

create table by_range (id int not null, day date not null, amount decimal(10, 2), primary key (id, day)) partition by range (year(day)) subpartition by hash (id) subpartitions 2
  (partition old values less than (2024) comment = 'old ones', partition new values less than maxvalue);
create table by_columns (id int, day date, name varchar(10)) partition by range columns (day, name) (partition a values less than ('2024-01-01', 'm'), partition b values less than (maxvalue, maxvalue));
create table by_list (id int, kind varchar(5)) partition by list columns (kind) (partition a values in ('a', 'it''s'), partition b values in ('b', null), partition rest default);
create table by_list_number (id int) partition by list (id) (partition one values in (1, 3), partition two values in (2, null));
create table by_hash (id int primary key) partition by linear hash (id) partitions 3;
create table by_key (id varchar(10) primary key) partition by key (id) partitions 4;
insert into by_range select seq, date '2023-12-25' + interval seq day, seq * 1.5 from seq_1_to_20;
insert into by_columns values (1, '2023-01-01', 'a'), (2, '2024-01-01', 'z'), (3, '2025-01-01', 'z');
insert into by_list values (1, 'a'), (2, null), (3, 'zz'), (4, 'it''s');
insert into by_list_number values (1), (2), (null), (3);
insert into by_hash select seq from seq_1_to_50;
insert into by_key select concat('k', seq) from seq_1_to_50;

-- Sequences.
create sequence up start with 5 increment by 7 minvalue 1 maxvalue 1000 cache 3 cycle comment = 'counts up';
create sequence down start with -1 increment by -2 nocache;
create sequence far start with 9223372036854775800;
create sequence fresh;
select nextval(up), nextval(up), nextval(down), nextval(far), setval(fresh, 1000);
create table from_sequence (id bigint primary key default nextval(up), other bigint default (next value for down), name varchar(5));
insert into from_sequence (name) values ('a'), ('b');

-- Rights.
grant select, delete on * to 'every owner'@'localhost' with grant option;
grant select, insert (id, height), update (name) on numbered to every_reader@'%';
grant select on node to every_role;
grant all privileges on chicken to every_role with grant option;

-- Code of every kind.
delimiter //
create function add_up(a int, b decimal(10, 2)) returns decimal(12, 2) deterministic no sql sql security invoker comment 'a function''s comment' return a + b //
create function `odd "name" of``it`(`the parameter` varchar(10) character set latin1 collate latin1_swedish_ci) returns text character set utf8mb4 reads sql data begin
  -- a comment with a ' and a ;
  declare x text default 'quote '' backslash \\ 🦄';
  return concat(x, `the parameter`);
end //
create aggregate function total(x int) returns int begin
  declare sum int default 0;
  declare continue handler for not found return sum;
  loop fetch group next row; set sum = sum + x; end loop;
end //
create procedure do_it(in a int, out b int, inout c varchar(20)) modifies sql data begin
  declare exit handler for sqlexception begin rollback; resignal; end;
  start transaction; insert into empty_one values (a); rollback; set b = a; set c = concat(c, '!');
end //
create definer = 'every owner'@'localhost' procedure of_owner() sql security definer select 1 //
create definer = every_role procedure of_role() select current_role() //
set sql_mode = 'ANSI_QUOTES,PIPES_AS_CONCAT' //
create procedure other_mode() begin select "id" || 'x' from "node"; end //
set sql_mode = 'ORACLE' //
create function oracle_one(p_a varchar2) return varchar2 as v varchar2(20) := 'a' || p_a; begin return v; end //
create package tools as
  procedure run(p_a int);
  function twice(p_a int) return int;
end //
create package body tools as
  counter int := 0;
  function twice(p_a int) return int as begin return p_a * 2; end;
  procedure run(p_a int) as begin select twice(p_a); end;
begin
  counter := 1;
end //
set sql_mode = 'STRICT_ALL_TABLES,NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES' //

-- Views.
create view plain_view as select n.*, c.egg_id from node as n left join chicken as c on c.id = n.id //
create algorithm = merge sql security invoker view `over view` (renamed, `and ``quoted`) as select id, weight from plain_view where id > 0 //
create algorithm = temptable view grouped as select count(*) as many, 'it''s \\ 🦄' as text from no_key group by a //
create definer = 'every owner'@'localhost' view checked as select id, parent_id from node where id > 0 with local check option //
create view checked_all as select id from checked where id < 100 with cascaded check option //
create view z_last as select id from node //
create view a_first as select id from z_last //
create view with_function as select add_up(id, 1) as added, x.n from node, (with recursive c (n) as (select 1 union all select n + 1 from c where n < 3) select n from c) as x //

-- Triggers and events.
create trigger before_insert before insert on node for each row begin
  if new.id > 100000 then signal sqlstate '45000' set message_text = 'quote '' backslash \\ 🦄'; end if;
end //
create trigger after_first after update on node for each row set @first = 1 //
create trigger after_second after update on node for each row follows after_first set @second = 1 //
create trigger after_zero after update on node for each row precedes after_first set @zero = 1 //
create definer = 'every owner'@'localhost' trigger of_owner before delete on numbered for each row set @gone = old.id //
set sql_mode = 'ANSI_QUOTES' //
create trigger other_mode before delete on chicken for each row set @"x" = 1 //
set sql_mode = 'STRICT_ALL_TABLES,NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES' //
create event every_hour on schedule every 1 hour starts '2024-01-01 00:00:00' ends '2037-01-01 00:00:00' on completion preserve disable comment 'an event''s comment' do begin delete from empty_one; end //
create event once on schedule at '2037-06-01 12:00:00' do insert into empty_one values (1) //
set time_zone = '+05:45' //
create definer = 'every owner'@'localhost' event elsewhere on schedule every '1:30' hour_minute starts '2037-01-01 00:00:00' disable on slave do select 'it''s \\' //
set time_zone = '+00:00' //
delimiter ;

grant execute on function add_up to every_reader@'%';
grant execute on procedure do_it to every_role with grant option;
set sql_mode = 'ORACLE';
grant execute on package tools to every_reader@'%';
grant execute on package body tools to every_reader@'%';
set sql_mode = 'STRICT_ALL_TABLES,NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES';
grant show view on plain_view to every_reader@'%';

-- Names that somebody else's program may trip over: each as table, column, index, check, view, sequence, routine, trigger and event.
delimiter //
create procedure make_names() begin
  declare odd varchar(64) character set utf8mb4;
  declare quoted varchar(200) character set utf8mb4;
  declare at int default 0;
  declare many int;
  declare names json default '["we\\"ird", "sem;icolon", "new\\nline", "back\\\\slash", "-o", "--file=x", "$(id)", "back`tick", "%s%n", "=", "host=x", "../x", "..", "/etc/passwd", "it''s", "select", "CamelCase", " leading", "in  side", "tab\\there", "größe 表", "e\\u0301", "$$", "{}", "\\"", "\\\\!", "\\\\.", "*", "?", "|", ">", "a.b", "NULL", "1", "user", "#", "@", "~", "car\\rriage", "a/b:c", "x123456789x123456789x123456789x123456789x123456789x123456789x123", "ü23456789ü23456789ü23456789ü23456789ü23456789ü23456789ü234"]';
  set many = json_length(names);
  while at < many do
    set odd = json_value(names, concat('$[', at, ']'));
    set quoted = concat('`', replace(odd, '`', '``'), '`');
    execute immediate concat('create table ', quoted, ' (', quoted, ' int primary key auto_increment, v text default ', quote(odd), ', key ', quoted, ' (v(3)), constraint ', quoted, ' check (v <> ''x'')) character set utf8mb4 comment = ', quote(odd));
    execute immediate concat('insert into ', quoted, ' (v) values (', quote(odd), '), (default)');
    execute immediate concat('create view `', left(replace(odd, '`', '``'), 55), ' view` as select ', quoted, ', ', quote(odd), ' as ', 'v2 from ', quoted);
    execute immediate concat('create sequence `', left(replace(odd, '`', '``'), 55), ' seq`');
    execute immediate concat('create procedure ', quoted, '(', quoted, ' int) select ', quote(odd));
    execute immediate concat('create trigger ', quoted, ' before delete on ', quoted, ' for each row set @x = ', quote(odd));
    execute immediate concat('create event ', quoted, ' on schedule every 1 day starts ''2037-01-01'' disable do select ', quote(odd));
    set at = at + 1;
  end while;
end //
delimiter ;
call make_names();
drop procedure make_names;
