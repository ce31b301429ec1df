// MariaDB, floor by floor.
import { mariadbDriver } from "../../drivers/mariadb/driver.ts";
import type { Engine } from "../engine.ts";
import { attempts, otherDatabase } from "./access/attempts.ts";
import { clientHost, creation, existing, reserved, resetPassword, rights, stepsTable, waitForLock } from "./access/roles.ts";
import { base } from "./backup/base.ts";
import { content, hashMethod } from "./backup/content.ts";
import { dump, dumpCommands } from "./backup/dump.ts";
import { reread } from "./backup/reread.ts";
import { byHand, obstacle, restore, restoreCommands, scratchArguments } from "./backup/restore.ts";
import { isPartOf, needs, tables } from "./backup/scope.ts";
import { survey } from "./backup/survey.ts";
import { target } from "./backup/target.ts";
import { tools } from "./backup/tools.ts";
import { wholeServer } from "./backup/whole-server.ts";
import { tryWrites } from "./backup/writes.ts";
import { foreign } from "./foreign/floor.ts";
import { installations, majorOf, packages, trialPackage } from "./server/binaries.ts";
import { findPassword, urlSchemes } from "./server/credentials.ts";
import { dataMajor, initialise, initialiseCommand } from "./server/initialise.ts";
import { administrator, clearRemains, clientCommand, defaultPort, program, socketHost, stopSignal, vitals } from "./server/process.ts";
import { settingsFiles, writeSettings } from "./server/settings.ts";

export const mariadb: Engine = {
  name: "mariadb",
  title: "MariaDB",
  facts: { transactionalDdl: false, embeddedServer: false },
  driver: mariadbDriver,
  server: {
    defaultPort,
    urlSchemes,
    findPassword,
    majorOf,
    packages,
    installations,
    trialPackage,
    dataMajor,
    initialiseCommand,
    initialise,
    settingsFiles,
    writeSettings,
    program,
    stopSignal,
    clearRemains,
    administrator,
    socketHost,
    clientCommand,
    vitals,
  },
  access: { reserved, creation, existing, rights, resetPassword, stepsTable, clientHost, waitForLock, attempts, otherDatabase },
  backup: {
    hashMethod,
    tools,
    survey,
    tables,
    needs,
    isPartOf,
    dumpCommands,
    dump,
    scratchArguments,
    obstacle,
    restoreCommands,
    byHand,
    restore,
    content,
    reread,
    tryWrites,
    target,
    base,
    wholeServer,
  },
  foreign,
};
