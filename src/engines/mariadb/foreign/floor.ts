// The floor of dumps that other programs wrote, room by room.
import type { ForeignFloor } from "../../foreign.ts";
import { contentsName, faultOf, isEmptied, leadsAway, recognise, unpackCommand } from "./file.ts";
import { judge } from "./rules.ts";
import { escalations, freshSurvey, login, prepare, reader, roles, shield, takenNames } from "./scratch.ts";
import { read } from "./script.ts";

export const foreign: ForeignFloor = {
  recognise,
  faultOf,
  isEmptied,
  contentsName,
  leadsAway,
  unpackCommand,
  read,
  judge,
  takenNames,
  freshSurvey,
  prepare,
  shield,
  login,
  reader,
  roles,
  escalations,
};
