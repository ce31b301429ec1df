// Sets the theme that was chosen before (web/kit/theme.tsx) while the page has not been drawn yet: a script of its own, because
// the policy admits none inside the page, and not a module, because those run after the first paint.
try {
  const chosen = localStorage.getItem("rowhouse-theme");
  if (chosen === "light" || chosen === "dark") document.documentElement.dataset.theme = chosen;
} catch {
  // a browser that keeps nothing has the system's theme
}
