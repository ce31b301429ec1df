// What a script of mariadb-dump's could be made to do, statement by statement: to the client, to the server's machine, to its accounts,
// and as somebody else's code. What runs as its owner alone is restored.
import type { Hostile } from "./hostile.ts";

const commands: readonly (readonly [string, string])[] = [
  ["\\!", "\\! touch CANARY"],
  ["\\! behind a statement", "SELECT 1; \\! touch CANARY"],
  ["\\! in a statement", "SELECT 1 \\! touch CANARY\n;"],
  ["\\! in a comment that is code", "/*!40101 \\! touch CANARY */;"],
  ["\\! behind the line of the sandbox", "/*!999999\\- enable the sandbox mode */ \n\\! touch CANARY"],
  ["the sandbox switched by another line", "/*M!999999\\- enable the sandbox mode */ \\! touch CANARY\n;"],
  ["system", "system touch CANARY"],
  ["SYSTEM behind a statement", "SELECT 1;\nSYSTEM touch CANARY;"],
  ["system in a comment that is code", "/*!50000 system touch CANARY */;"],
  ["source", "source /etc/passwd"],
  ["\\.", "\\. /etc/passwd"],
  ["tee", "tee CANARY"],
  ["\\T", "\\T CANARY"],
  ["pager", "pager touch CANARY\nSELECT 1;"],
  ["\\P", "\\P touch CANARY"],
  ["edit", "edit"],
  ["connect", "connect mysql 203.0.113.1"],
  ["DELIMITER, then system", "DELIMITER //\nSELECT 1 //\nsystem touch CANARY //\nDELIMITER ;"],
  ["\\ as a delimiter", "DELIMITER \\\nSELECT 1 \\! touch CANARY"],
];

const statements: readonly (readonly [string, string])[] = [
  ["into a file", "SELECT 'x' INTO OUTFILE 'CANARY';"],
  ["into a dumped file", "SELECT 'x' INTO DUMPFILE 'CANARY';"],
  ["into a file, in a comment that is code", "/*!50000 SELECT 'x' INTO OUTFILE 'CANARY' */;"],
  ["LOAD DATA", "LOAD DATA INFILE '/etc/passwd' INTO TABLE t;"],
  ["LOAD DATA LOCAL", "LOAD DATA LOCAL INFILE '/etc/passwd' INTO TABLE t;"],
  ["LOAD DATA LOCAL in a comment that is code", "/*!50000 LOAD*/ DATA LOCAL INFILE '/etc/passwd' INTO TABLE t;"],
  ["LOAD DATA LOCAL behind a comment", "LOAD/**/DATA LOCAL INFILE '/etc/passwd' INTO TABLE t;"],
  ["LOAD XML", "LOAD XML LOCAL INFILE '/etc/passwd' INTO TABLE t;"],
  ["a function in a library", "CREATE FUNCTION sys_exec RETURNS int SONAME 'evil.so';"],
  ["a function in a library, behind OR REPLACE", "CREATE OR REPLACE FUNCTION sys_exec RETURNS string SONAME 'evil.so';"],
  ["INSTALL SONAME", "INSTALL SONAME 'ha_connect';"],
  ["INSTALL PLUGIN", "INSTALL PLUGIN evil SONAME 'evil.so';"],
  ["SET GLOBAL", "SET GLOBAL general_log_file = 'CANARY';"],
  ["SET GLOBAL in a comment that is code", "/*!50000 SET GLOBAL general_log = 1 */;"],
  ["SET @@global", "SET @x = 1, @@global.local_infile = 1;"],
  ["SET GLOBAL by a prepared statement", "SET @s = concat('set glo', 'bal local_infile = 1');\nPREPARE p FROM @s;\nEXECUTE p;"],
  ["SET GLOBAL, executed at once", "EXECUTE IMMEDIATE concat('set glo', 'bal local_infile = 1');"],
  ["GRANT on everything", "GRANT ALL ON *.* TO CURRENT_USER;"],
  ["GRANT, executed at once", "EXECUTE IMMEDIATE concat('gra', 'nt all on *.* to current_user');"],
  ["GRANT … WITH GRANT OPTION", "GRANT ALL ON t TO root@localhost WITH GRANT OPTION;"],
  ["CREATE USER", "CREATE USER rowhouse_intruder IDENTIFIED BY 'x';"],
  ["ALTER USER", "ALTER USER root@localhost IDENTIFIED BY 'x';"],
  ["SET PASSWORD", "SET PASSWORD = PASSWORD('x');"],
  ["its own password, executed at once", "EXECUTE IMMEDIATE concat('set pass', 'word = password(''x'')');"],
  ["a row of the accounts", "INSERT INTO mysql.global_priv VALUES ('localhost', 'rowhouse_intruder', '{\"access\":18446744073709551615}');"],
  ["the accounts read", "CREATE TABLE u AS SELECT * FROM mysql.global_priv;"],
  ["USE of the server's own", "USE mysql;\nUSE other;"],
  ["another database", "CREATE DATABASE one;\nCREATE DATABASE two;"],
  ["another database, executed at once", "EXECUTE IMMEDIATE concat('create data', 'base rowhouse_intruder');"],
  ["another server", "CREATE SERVER s FOREIGN DATA WRAPPER mysql OPTIONS (HOST '203.0.113.1');"],
  ["a table elsewhere", "CREATE TABLE other.u (id int);"],
  ["a table in a directory of its own", "CREATE TABLE u (id int) ENGINE = CSV DATA DIRECTORY = '/tmp';\nCREATE TABLE mysql.u (id int);"],
  ["KILL", "KILL 1;"],
  ["SHUTDOWN", "SHUTDOWN;"],
  ["FLUSH", "FLUSH TABLES WITH READ LOCK;"],
  ["BACKUP STAGE", "BACKUP STAGE START;"],
  ["a definer behind a comment", "CREATE DEFINER/**/=root@localhost VIEW v AS SELECT 1;"],
  ["a definer behind a word", "CREATE SQL SECURITY DEFINER DEFINER = root@localhost VIEW v AS SELECT 1;"],
  ["ALTER with a definer", "CREATE VIEW v AS SELECT 1 AS one;\nALTER DEFINER = root@localhost VIEW v AS SELECT 2 AS one;"],
  ["two statements that the server would see as one line", "SELECT 1/*! ; */; SELECT 2 */;"],
  ["values that do not fit", "/*!40101 SET SQL_MODE='' */;\nINSERT INTO t VALUES ('two', 'x');"],
];

const harmless: readonly (readonly [string, string])[] = [
  [
    "a view of root's",
    "/*!50001 CREATE ALGORITHM=UNDEFINED */\n/*!50013 DEFINER=`root`@`localhost` SQL SECURITY DEFINER */\n/*!50001 VIEW v AS SELECT id FROM t */;",
  ],
  [
    "a procedure of root's",
    "DELIMITER ;;\nCREATE DEFINER=`root`@`localhost` PROCEDURE p() MODIFIES SQL DATA begin set global general_log_file = 'CANARY'; set global general_log = 1; end ;;\nDELIMITER ;",
  ],
  [
    "a trigger of root's",
    "DELIMITER ;;\n/*!50003 CREATE*/ /*!50017 DEFINER=`root`@`%`*/ /*!50003 TRIGGER tr BEFORE INSERT ON t FOR EACH ROW begin insert into mysql.user values (); end */;;\nDELIMITER ;",
  ],
  [
    "an event of root's",
    "DELIMITER ;;\n/*!50106 CREATE*/ /*!50117 DEFINER=`root`@`localhost`*/ /*!50106 EVENT e ON SCHEDULE EVERY 1 SECOND DO SELECT 'x' INTO OUTFILE 'CANARY' */;;\nDELIMITER ;",
  ],
  ["a definer without a host", "CREATE DEFINER=root PROCEDURE p() SELECT 1;"],
  ["reading a file", "INSERT INTO t VALUES (2, LOAD_FILE('/etc/passwd'));"],
  [
    "settings of replication",
    "SET @MYSQLDUMP_TEMP_LOG_BIN = @@SESSION.SQL_LOG_BIN;\nSET @@SESSION.SQL_LOG_BIN= 0;\nCHANGE MASTER TO MASTER_HOST='203.0.113.1';",
  ],
];

export const hostileMariadb: readonly Hostile[] = [
  ...[...commands, ...statements].map(([what, body]) => ({ what, body, isRefused: true })),
  ...harmless.map(([what, body]) => ({ what, body, isRefused: false })),
];
