// The few signs of the pages, drawn here so that nothing is fetched. All are decoration: the words stand beside them.
import type { ReactNode } from "react";
import type { Status } from "../../src/app/api/contract/parts.ts";

/** Each status has a shape of its own: ring, half disc, disc with a tick, box. */
export function StatusIcon({ status }: { readonly status: Status }) {
  return <Drawing className={`status-icon status-${status}`}>{statusShapes[status]}</Drawing>;
}

const statusShapes = {
  pending: <circle cx="8" cy="8" r="6.25" />,
  active: (
    <>
      <circle cx="8" cy="8" r="6.25" />
      <path d="M8 4a4 4 0 0 1 0 8z" fill="currentColor" stroke="none" />
    </>
  ),
  complete: (
    <>
      <circle cx="8" cy="8" r="7" fill="currentColor" stroke="none" />
      <path d="M5 8.2l2.1 2.1L11 6.2" className="status-tick" />
    </>
  ),
  archived: <path d="M2 3.5h12v3H2zM3 6.5h10v6.5H3zM6.5 9h3" />,
};

/** One to three bars; nothing for priority 0 and below. */
export function PriorityBars({ priority }: { readonly priority: number }) {
  const count = Math.min(priority, 3);
  if (count < 1) return null;
  return (
    <Drawing isFilled className="priority-bars">
      {[1, 2, 3].map((bar) => (
        <rect key={bar} x={bar * 4 - 1} y={13 - bar * 3} width="3" height={bar * 3} rx="0.5" className={bar <= count ? "bar" : "bar bar-off"} />
      ))}
    </Drawing>
  );
}

export function CrossIcon({ size = 16 }: { readonly size?: number }) {
  return (
    <Drawing size={size}>
      <path d="M4 4l8 8M12 4l-8 8" />
    </Drawing>
  );
}

export function PlusIcon() {
  return (
    <Drawing>
      <path d="M8 3v10M3 8h10" />
    </Drawing>
  );
}

export function BinIcon() {
  return (
    <Drawing>
      <path d="M2.5 4.5h11M6 4.5V3h4v1.5M4 4.5l.6 8.5h6.8l.6-8.5M6.8 7v3.5M9.2 7v3.5" />
    </Drawing>
  );
}

export function SearchIcon() {
  return (
    <Drawing>
      <circle cx="7" cy="7" r="4.25" />
      <path d="M10.2 10.2L14 14" />
    </Drawing>
  );
}

export function FilterIcon() {
  return (
    <Drawing>
      <path d="M2 4h12M4.5 8h7M6.5 12h3" />
    </Drawing>
  );
}

export function ColumnsIcon() {
  return (
    <Drawing>
      <path d="M2.5 3h3v10h-3zM6.5 3h3v7h-3zM10.5 3h3v4h-3z" />
    </Drawing>
  );
}

export function ListIcon() {
  return (
    <Drawing>
      <path d="M2.5 4h11M2.5 8h11M2.5 12h11" />
    </Drawing>
  );
}

export function MenuIcon() {
  return (
    <Drawing>
      <path d="M2 4.5h12M2 8h12M2 11.5h12" />
    </Drawing>
  );
}

export function SortIcon({ isDescending }: { readonly isDescending: boolean }) {
  return (
    <Drawing size={12}>
      <path d={isDescending ? "M8 3v10M4 9l4 4 4-4" : "M8 13V3M4 7l4-4 4 4"} />
    </Drawing>
  );
}

export function PersonIcon() {
  return (
    <Drawing>
      <circle cx="8" cy="5.25" r="2.5" />
      <path d="M3 13.5c.4-2.8 2.3-4.25 5-4.25s4.6 1.45 5 4.25" />
    </Drawing>
  );
}

export function CalendarIcon() {
  return (
    <Drawing>
      <path d="M2.5 4h11v9.5h-11zM2.5 7h11M5.5 2v3M10.5 2v3" />
    </Drawing>
  );
}

export function FolderIcon() {
  return (
    <Drawing>
      <path d="M2 4h4.5L8 5.5h6V13H2z" />
    </Drawing>
  );
}

export function LateIcon() {
  return (
    <Drawing size={12}>
      <path d="M8 2l6.5 11.5h-13zM8 6.5v3.2M8 11v1" />
    </Drawing>
  );
}

export function ChartIcon() {
  return (
    <Drawing>
      <path d="M2.5 4h11M2.5 8h7M2.5 12h4" />
    </Drawing>
  );
}

export function CopyIcon() {
  return (
    <Drawing>
      <path d="M5.5 5.5v-3h8v8h-3M2.5 5.5h8v8h-8z" />
    </Drawing>
  );
}

export function SunIcon() {
  return (
    <Drawing>
      <circle cx="8" cy="8" r="2.75" />
      <path d="M8 1.5v1.75M8 12.75v1.75M1.5 8h1.75M12.75 8h1.75M3.4 3.4l1.25 1.25M11.35 11.35l1.25 1.25M12.6 3.4l-1.25 1.25M4.65 11.35L3.4 12.6" />
    </Drawing>
  );
}

export function MoonIcon() {
  return (
    <Drawing>
      <path d="M13.5 9.6A5.9 5.9 0 0 1 6.4 2.5a5.9 5.9 0 1 0 7.1 7.1z" />
    </Drawing>
  );
}

/** Half dark, half light. */
export function SystemIcon() {
  return (
    <Drawing>
      <circle cx="8" cy="8" r="5.75" />
      <path d="M8 2.25a5.75 5.75 0 0 1 0 11.5z" fill="currentColor" stroke="none" />
    </Drawing>
  );
}

export function HouseIcon() {
  return (
    <Drawing size={20} isFilled className="house-icon">
      <path
        fillRule="evenodd"
        d="M.5 15V7l2.25-3L5 7v8zm5.25 0V4.5L8 1.5l2.25 3V15zM11 15V7l2.25-3 2.25 3v8zM2 8.5v2h1.5v-2zm5.25-2.5v2h1.5V6zm0 4.5V15h1.5v-4.5zm5.25-2v2H14v-2z"
      />
    </Drawing>
  );
}

interface DrawingProps {
  /** Pixels, 16 unless given. */
  readonly size?: number;
  readonly className?: string;
  /** Areas instead of lines. */
  readonly isFilled?: boolean;
  readonly children: ReactNode;
}

function Drawing({ size = 16, className, isFilled = false, children }: DrawingProps) {
  const ink = isFilled ? { fill: "currentColor" } : { fill: "none", stroke: "currentColor", strokeWidth: 1.5 };
  return (
    <svg viewBox="0 0 16 16" width={size} height={size} className={className} aria-hidden="true" {...ink}>
      {children}
    </svg>
  );
}
