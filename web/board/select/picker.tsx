// One value out of a list, for one task or for all that are selected: by pointer, by arrows and Enter, or by typing.
import { type FormEvent, type KeyboardEvent, type ReactNode, useMemo, useState } from "react";
import { Dialog } from "../../kit/dialog.tsx";

export interface PickerOption {
  readonly key: string;
  readonly label: string;
  readonly icon?: ReactNode;
  /** A quiet word at the right: a date, a key. */
  readonly hint?: string | undefined;
  /** Pressed alone it picks this one. */
  readonly shortcut?: string | undefined;
  readonly pick: () => void;
}

export interface PickerProps {
  readonly title: string;
  readonly anchor: DOMRect | undefined;
  readonly options: readonly PickerOption[];
  /** With a box that filters the options; what is typed can be an option of its own. */
  readonly box?: { readonly label: string; readonly optionFor?: (text: string) => PickerOption | undefined } | undefined;
  readonly children?: ReactNode;
  readonly onClose: () => void;
}

export function Picker({ title, anchor, options, box, children, onClose }: PickerProps) {
  const [text, setText] = useState("");
  const shown = useMemo(() => matching(options, text, box), [options, text, box]);
  const pickFirst = (event: FormEvent) => {
    event.preventDefault();
    if (text.trim() !== "") shown[0]?.pick();
  };
  return (
    <Dialog title={title} shape="popup" anchor={anchor} onClose={onClose}>
      <form className="picker" aria-label={title} onSubmit={pickFirst} onKeyDown={(event) => answer(event, box ? [] : shown)}>
        {box && (
          <input
            className="input"
            aria-label={box.label}
            placeholder={box.label}
            autoComplete="off"
            data-first-focus
            value={text}
            onChange={(event) => setText(event.target.value)}
          />
        )}
        <ul className="options" aria-label={title}>
          {shown.map((option, index) => (
            <li key={option.key}>
              <OptionButton option={option} isFirst={index === 0 && !box} isAnswer={index === 0 && text.trim() !== ""} />
            </li>
          ))}
        </ul>
        {shown.length === 0 && <p className="quiet picker-none">Nothing is called so.</p>}
      </form>
      {children}
    </Dialog>
  );
}

function OptionButton({ option, isFirst, isAnswer }: { readonly option: PickerOption; readonly isFirst: boolean; readonly isAnswer: boolean }) {
  const { label, icon, hint, pick } = option;
  return (
    <button type="button" className={`option ${isAnswer ? "option-answer" : ""}`} data-first-focus={isFirst || undefined} onClick={pick}>
      {icon && <span className="option-icon">{icon}</span>}
      <span className="option-label">{label}</span>
      {hint && <span className="option-hint">{hint}</span>}
    </button>
  );
}

/** Arrows go from the box through the options and around; a shortcut picks. */
function answer(event: KeyboardEvent<HTMLFormElement>, withShortcuts: readonly PickerOption[]): void {
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const shortcut = withShortcuts.find((option) => option.shortcut === event.key);
  if (by) {
    const stops = [...event.currentTarget.querySelectorAll<HTMLElement>("input, .option")];
    stops.at((stops.indexOf(document.activeElement as HTMLElement) + by) % stops.length)?.focus();
  } else if (shortcut) shortcut.pick();
  else return;
  event.preventDefault();
}

function matching(options: readonly PickerOption[], text: string, box: PickerProps["box"]): readonly PickerOption[] {
  const wanted = text.trim().toLowerCase();
  if (wanted === "") return options;
  const found = options.filter(({ label }) => label.toLowerCase().includes(wanted));
  const own = found.some(({ label }) => label.toLowerCase() === wanted) ? undefined : box?.optionFor?.(text.trim());
  return own ? [...found, own] : found;
}
