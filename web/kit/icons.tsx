// The few signs of the pages, drawn here so that nothing is fetched. All are decoration: the words stand beside them.
import type { Status } from "../../src/app/api/contract.ts";

const box = { viewBox: "0 0 16 16", width: 16, height: 16, fill: "none", stroke: "currentColor", strokeWidth: 1.5, "aria-hidden": true } as const;

/** Each status has a shape of its own: ring, half disc, disc with a tick, box. */
export function StatusIcon({ status }: { readonly status: Status }) {
  return (
    <svg {...box} className={`status-icon status-${status}`}>
      {statusShapes[status]}
    </svg>
  );
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
    <svg {...box} stroke="none" className="priority-bars">
      {[1, 2, 3].map((bar) => (
        <rect key={bar} x={bar * 4 - 1} y={13 - bar * 3} width="3" height={bar * 3} rx="0.5" className={bar <= count ? "bar" : "bar bar-off"} />
      ))}
    </svg>
  );
}

export function CrossIcon() {
  return (
    <svg {...box}>
      <path d="M4 4l8 8M12 4l-8 8" />
    </svg>
  );
}

export function PlusIcon() {
  return (
    <svg {...box}>
      <path d="M8 3v10M3 8h10" />
    </svg>
  );
}

export function BinIcon() {
  return (
    <svg {...box}>
      <path d="M2.5 4.5h11M6 4.5V3h4v1.5M4 4.5l.6 8.5h6.8l.6-8.5M6.8 7v3.5M9.2 7v3.5" />
    </svg>
  );
}

export function LateIcon() {
  return (
    <svg {...box} width={12} height={12}>
      <path d="M8 2l6.5 11.5h-13zM8 6.5v3.2M8 11v1" />
    </svg>
  );
}

export function HouseIcon() {
  return (
    <svg {...box} width={20} height={20} stroke="none" fill="currentColor" className="house-icon">
      <path fillRule="evenodd" d="M1 7l2.3-3 2.4 3L8 4l2.3 3 2.4-3L15 7v8H9v-3H7v3H1zm2 2v2h2V9zm4 0v2h2V9zm4 0v2h2V9z" />
    </svg>
  );
}
