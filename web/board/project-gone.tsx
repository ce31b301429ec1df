// In the place of the tasks of a project that somebody deleted while its page was open, or that an old link names: says so, and
// offers the way out. What is typed in the box above stays there.
import { go } from "./hooks/use-address.ts";

export function ProjectGone() {
  return (
    <div className="nothing-found" role="alert">
      <h2>This project is not there any more</h2>
      <p>A project can be deleted once it has no tasks. What you add here goes to no project.</p>
      <p className="nothing-ways">
        <button type="button" className="button button-primary" onClick={() => go({ project: undefined })}>
          Show all tasks
        </button>
      </p>
    </div>
  );
}
