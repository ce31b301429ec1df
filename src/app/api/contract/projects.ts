// Projects, each with the counts of its tasks, zero included.
import { type Static, Type } from "@sinclair/typebox";
import { closed, identifier, moment, version } from "./parts.ts";

export const projectName = Type.String({ minLength: 1, maxLength: 100, pattern: "\\S", description: "a text with more than spaces in it" });
const count = Type.Integer({ minimum: 0 });

export const ProjectSchema = Type.Object({
  id: identifier,
  name: projectName,
  created_at: moment,
  version,
  task_count: count,
});
export type Project = Static<typeof ProjectSchema>;

export const NewProjectSchema = Type.Object({ name: projectName }, closed);
export type NewProject = Static<typeof NewProjectSchema>;

export const ProjectAnswerSchema = Type.Object({ project: ProjectSchema });
export const ProjectListSchema = Type.Object({ projects: Type.Array(ProjectSchema) });
