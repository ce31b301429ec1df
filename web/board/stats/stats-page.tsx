// The statistics: one sentence, and the tasks by status, by due date, by project, by person and by priority. A bar leads to its tasks.
import type { BoardView } from "../hooks/use-board-view.ts";
import { NothingFound } from "../nothing-found.tsx";
import { ReadProblem } from "../notices.tsx";
import { statusOrder, statusTitles } from "../statuses.ts";
import { FilterChips } from "../toolbar/filters.tsx";
import { type Address, filtersIn } from "../view/address.ts";
import { BarChart, readable } from "./bar-chart.tsx";
import { type Chart, chartsOf } from "./charts.ts";
import { useStats } from "./use-stats.ts";

export function StatsPage({ view }: { readonly view: BoardView }) {
  const { address, projects, now } = view;
  const { answer, problem, readAgain } = useStats(address, now);
  if (problem) return <ReadProblem problem={problem} onRetry={readAgain} />;
  if (!answer) return <Reading />;
  const charts = chartsOf(answer, projects, address);
  if (sumOf(charts, "status") === 0) return filtersIn(address) > 0 ? <NothingFound view={view} /> : <Empty />;
  return (
    <section className="stats" tabIndex={-1} aria-label="Charts">
      <div className="stats-head">
        <p className="stats-sentence">{sentenceOf(charts, address)}</p>
        <FilterChips address={address} />
      </div>
      <Legend />
      <div className="charts">
        {charts.map((chart) => (
          <BarChart key={chart.id} chart={chart} address={address} />
        ))}
      </div>
    </section>
  );
}

function sentenceOf(charts: readonly Chart[], { search }: Address): string {
  const all = sumOf(charts, "status");
  const tasks = `${all === 1 ? "1 task" : `${readable(all)} tasks`}${search.trim() === "" ? "" : ` with “${search.trim()}”`}`;
  const late = charts.find(({ id }) => id === "due")?.bars.find(({ key }) => key === "overdue")?.count;
  if (late === undefined) return `${tasks}.`;
  return late === 0 ? `${tasks}, none of them overdue.` : `${tasks}, ${readable(late)} of them overdue.`;
}

function sumOf(charts: readonly Chart[], id: string): number {
  return charts.find((chart) => chart.id === id)?.bars.reduce((sum, { count }) => sum + count, 0) ?? 0;
}

function Legend() {
  return (
    <ul className="legend" aria-label="Patterns of the bars">
      {statusOrder.map((status) => (
        <li key={status}>
          <span className={`bar-part part-${status}`} aria-hidden="true" />
          {statusTitles[status]}
        </li>
      ))}
    </ul>
  );
}

function Empty() {
  return (
    <div className="stats-empty">
      <p>There is nothing to count yet.</p>
      <p className="quiet">
        Press <kbd>n</kbd> and add a task; the charts follow by themselves.
      </p>
    </div>
  );
}

function Reading() {
  return (
    <div className="stats" role="status">
      <span className="hidden-text">Counting the tasks</span>
      <div className="charts">
        {[1, 2, 3, 4].map((chart) => (
          <div key={chart} className="chart chart-reading" />
        ))}
      </div>
    </div>
  );
}
