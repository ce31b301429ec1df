// A label, its control, and the place where its problem is told; the control is given what ties them together.
import { type ReactNode, useId } from "react";

interface Control {
  readonly id: string;
  readonly className: string;
  readonly "aria-invalid": boolean;
  readonly "aria-describedby": string | undefined;
}

export function Field({
  title,
  fault,
  children,
}: {
  readonly title: string;
  readonly fault: string | undefined;
  readonly children: (control: Control) => ReactNode;
}) {
  const id = useId();
  const problemId = `${id}-problem`;
  return (
    <div className="field">
      <label className="field-label" htmlFor={id}>
        {title}
      </label>
      {children({ id, className: "input", "aria-invalid": fault !== undefined, "aria-describedby": fault && problemId })}
      {fault && (
        <p className="field-problem" id={problemId} role="alert">
          {fault}
        </p>
      )}
    </div>
  );
}
