// A project's colour: one of eight, by its id. It never stands without the project's name.
const hues = 8;

export function ProjectDot({ projectId }: { readonly projectId: number }) {
  return <span className={`project-dot hue-${projectId % hues}`} aria-hidden="true" />;
}
