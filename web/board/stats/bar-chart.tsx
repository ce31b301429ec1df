// One chart: bars that begin at zero, each with its name, its number in words and the address of its tasks; and the same numbers as
// a table. Statuses differ by pattern as well as by colour. Names are text to React, whatever they hold.
import type { MouseEvent, ReactNode } from "react";
import { LateIcon, PriorityBars, StatusIcon } from "../../kit/icons.tsx";
import { ProjectDot } from "../project-dot.tsx";
import { statusOrder, statusTitles } from "../statuses.ts";
import { go } from "../hooks/use-address.ts";
import { type Address, formatAddress } from "../view/address.ts";
import type { Bar, Chart } from "./charts.ts";

export interface BarChartProps {
  readonly chart: Chart;
  /** Of the tasks that are counted. */
  readonly address: Address;
}

export function BarChart({ chart, address }: BarChartProps) {
  const longest = Math.max(1, ...chart.bars.map(({ count }) => count));
  const titleId = `chart-${chart.id}`;
  return (
    <section className="chart" aria-labelledby={titleId}>
      <h2 id={titleId} className="chart-title">
        {chart.title}
      </h2>
      <ul className="bars">
        {chart.bars.map((bar) => (
          <li key={bar.key}>
            <Target bar={bar} address={address}>
              <span className="bar-name">
                <Sign sign={bar.sign} />
                <span className={`bar-name-text ${bar.isNone ? "bar-none" : ""}`} title={bar.name}>
                  {bar.name}
                </span>
              </span>
              <Track bar={bar} longest={longest} />
              <span className="bar-count">{readable(bar.count)}</span>
              <span className="hidden-text">{bar.count === 1 ? "task" : "tasks"}</span>
              {chart.id !== "status" && bar.count > 0 && <Parts bar={bar} />}
            </Target>
          </li>
        ))}
      </ul>
      {chart.rest && (
        <p className="quiet">
          and {readable(chart.rest.bars)} more with {readable(chart.rest.count)} tasks
        </p>
      )}
      {chart.note && <p className="quiet">{chart.note}</p>}
      <ChartTable chart={chart} />
    </section>
  );
}

/** An ordinary link, so that it can be opened in another tab; a plain press stays on the page. Nothing leads to no tasks. */
function Target({ bar, address, children }: { readonly bar: Bar; readonly address: Address; readonly children: ReactNode }) {
  if (bar.count === 0) return <div className="bar-row">{children}</div>;
  const target: Address = { ...address, layout: "columns", ...bar.change };
  const choose = (event: MouseEvent) => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    go(target);
  };
  return (
    <a className="bar-row" href={formatAddress(target)} onClick={choose}>
      {children}
    </a>
  );
}

function Track({ bar, longest }: { readonly bar: Bar; readonly longest: number }) {
  return (
    <span className="bar-track" aria-hidden="true">
      <span className="bar-whole" style={{ width: `${(bar.count / longest) * 100}%` }}>
        {statusOrder.map(
          (status) => bar.counts[status] > 0 && <span key={status} className={`bar-part part-${status}`} style={{ flexGrow: bar.counts[status] }} />,
        )}
      </span>
    </span>
  );
}

function Parts({ bar }: { readonly bar: Bar }) {
  const parts = statusOrder
    .filter((status) => bar.counts[status] > 0)
    .map((status) => `${readable(bar.counts[status])} ${statusTitles[status].toLowerCase()}`);
  return <span className="bar-parts">{parts.join(" · ")}</span>;
}

function Sign({ sign }: Pick<Bar, "sign">) {
  if (sign === undefined) return null;
  if ("status" in sign) return <StatusIcon status={sign.status} />;
  if ("projectId" in sign) return <ProjectDot projectId={sign.projectId} />;
  if ("priority" in sign) return <PriorityBars priority={sign.priority} />;
  return (
    <span className="card-late">
      <LateIcon />
    </span>
  );
}

function ChartTable({ chart }: { readonly chart: Chart }) {
  return (
    <details className="chart-table">
      <summary>As a table</summary>
      <table>
        <caption className="hidden-text">{chart.title}</caption>
        <thead>
          <tr>
            <th scope="col">{chart.nameTitle}</th>
            <th scope="col">Tasks</th>
            {statusOrder.map((status) => (
              <th key={status} scope="col">
                {statusTitles[status]}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {chart.bars.map((bar) => (
            <tr key={bar.key}>
              <th scope="row">{bar.name}</th>
              <td>{readable(bar.count)}</td>
              {statusOrder.map((status) => (
                <td key={status}>{readable(bar.counts[status])}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}

export function readable(count: number): string {
  return count.toLocaleString("en-GB");
}
