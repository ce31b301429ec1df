// Light, dark, or as the system has it: three buttons side by side. The choice stands on the root element, where tokens.css
// looks for it, and in localStorage, where public/theme.js finds it before the next page is drawn; other tabs follow.
import { type ReactNode, useSyncExternalStore } from "react";
import { MoonIcon, SunIcon, SystemIcon } from "./icons.tsx";

type Theme = "system" | "light" | "dark";

const storageKey = "rowhouse-theme";
const choices: readonly { readonly theme: Theme; readonly title: string; readonly icon: ReactNode }[] = [
  { theme: "system", title: "As the system", icon: <SystemIcon /> },
  { theme: "light", title: "Light", icon: <SunIcon /> },
  { theme: "dark", title: "Dark", icon: <MoonIcon /> },
];

export function ThemeChoice() {
  const chosen = useSyncExternalStore(listen, current);
  return (
    <fieldset className="theme">
      <legend className="hidden-text">Theme</legend>
      {choices.map(({ theme, title, icon }) => (
        <button
          key={theme}
          type="button"
          className="theme-choice"
          title={title}
          aria-label={title}
          aria-pressed={theme === chosen}
          onClick={() => choose(theme)}
        >
          {icon}
        </button>
      ))}
    </fieldset>
  );
}

const listeners = new Set<() => void>();

function listen(onChange: () => void): () => void {
  const onStorage = (event: StorageEvent) => {
    if (event.key !== storageKey && event.key !== null) return; // null: everything was removed
    show(themeOf(event.newValue));
    onChange();
  };
  listeners.add(onChange);
  addEventListener("storage", onStorage);
  return () => {
    listeners.delete(onChange);
    removeEventListener("storage", onStorage);
  };
}

function current(): Theme {
  return themeOf(document.documentElement.dataset["theme"]);
}

function themeOf(text: string | null | undefined): Theme {
  return text === "light" || text === "dark" ? text : "system";
}

function choose(theme: Theme): void {
  show(theme);
  keep(theme);
  for (const onChange of listeners) onChange();
}

function show(theme: Theme): void {
  const root = document.documentElement;
  if (theme === "system") delete root.dataset["theme"];
  else root.dataset["theme"] = theme;
}

function keep(theme: Theme): void {
  try {
    if (theme === "system") localStorage.removeItem(storageKey);
    else localStorage.setItem(storageKey, theme);
  } catch {
    // a browser that keeps nothing shows the choice until the page is left
  }
}
