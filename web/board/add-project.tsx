// "Add project": a button that becomes a box. Enter creates the project and shows it, Escape leaves; a refusal is told at the box.
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useEffect, useRef, useState } from "react";
import type { ApiProblem } from "../kit/api.ts";
import { useCell } from "../kit/cell.ts";
import { PlusIcon } from "../kit/icons.tsx";
import { keys } from "./query-client.ts";
import { useSession } from "./session.ts";
import { addProject } from "./task-api.ts";

export function AddProject({ onAdded }: { readonly onAdded: (projectId: number) => void }) {
  const { isNamingProject } = useSession();
  const isOpen = useCell(isNamingProject);
  const opener = useRef<HTMLButtonElement>(null);
  const close = () => {
    isNamingProject.set(false);
    requestAnimationFrame(() => opener.current?.focus());
  };
  if (isOpen) return <ProjectBox onClose={close} onAdded={onAdded} />;
  return (
    <button ref={opener} type="button" className="view view-add" onClick={() => isNamingProject.set(true)}>
      <PlusIcon />
      Add project
    </button>
  );
}

function ProjectBox({ onClose, onAdded }: { readonly onClose: () => void; readonly onAdded: (projectId: number) => void }) {
  const [name, setName] = useState("");
  const box = useRef<HTMLInputElement>(null);
  useEffect(() => box.current?.focus(), []);
  const adding = useAddProject((projectId) => {
    onClose();
    onAdded(projectId);
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (name.trim() !== "" && !adding.isPending) adding.mutate({ name: name.trim() });
  };
  const problem = adding.error as ApiProblem | null;
  return (
    <form className="field add-project" onSubmit={submit} onKeyDown={(event) => event.key === "Escape" && onClose()} noValidate>
      <input
        ref={box}
        className="input"
        aria-label="Name of the new project"
        placeholder="Name, then Enter"
        autoComplete="off"
        aria-invalid={problem !== null}
        aria-describedby={problem ? "add-project-problem" : undefined}
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      {problem && (
        <p className="field-problem" id="add-project-problem" role="alert">
          {problem.message}.
        </p>
      )}
    </form>
  );
}

function useAddProject(onAdded: (projectId: number) => void) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: addProject,
    onSuccess: async ({ body }) => {
      await client.invalidateQueries({ queryKey: keys.projects });
      onAdded(body.project.id);
    },
  });
}
