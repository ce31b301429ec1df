// Any out of a few, side by side: check boxes that look like one bar.
import type { ReactNode } from "react";

export interface ChecksProps<Value extends string | number> {
  readonly title: string;
  /** Its first box has the focus when the dialog opens. */
  readonly isFirst?: boolean;
  readonly options: readonly { readonly value: Value; readonly label: string; readonly icon: ReactNode }[];
  readonly values: readonly Value[];
  readonly onChange: (values: readonly Value[]) => void;
}

export function Checks<Value extends string | number>({ title, isFirst = false, options, values, onChange }: ChecksProps<Value>) {
  const toggle = (value: Value) => onChange(values.includes(value) ? values.filter((other) => other !== value) : [...values, value]);
  return (
    <fieldset className="field">
      <legend className="field-label">{title}</legend>
      <div className="choices">
        {options.map(({ value, label, icon }, index) => (
          <label key={value} className="choice">
            <input
              type="checkbox"
              data-first-focus={(isFirst && index === 0) || undefined}
              checked={values.includes(value)}
              onChange={() => toggle(value)}
            />
            {icon}
            {label}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
