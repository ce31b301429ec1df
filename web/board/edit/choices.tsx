// One out of a few, side by side: radio buttons that look like one bar.
import { type ReactNode, useId } from "react";

export interface ChoicesProps<Value extends string | number> {
  readonly title: string;
  readonly fault: string | undefined;
  readonly options: readonly { readonly value: Value; readonly label: string; readonly icon: ReactNode }[];
  readonly value: Value;
  readonly onChange: (value: Value) => void;
}

export function Choices<Value extends string | number>({ title, fault, options, value, onChange }: ChoicesProps<Value>) {
  const name = useId();
  return (
    <fieldset className="field">
      <legend className="field-label">{title}</legend>
      <div className="choices">
        {options.map((option) => (
          <label key={option.value} className="choice">
            <input type="radio" name={name} checked={option.value === value} onChange={() => onChange(option.value)} />
            {option.icon}
            {option.label}
          </label>
        ))}
      </div>
      {fault && (
        <p className="field-problem" role="alert">
          {fault}
        </p>
      )}
    </fieldset>
  );
}
