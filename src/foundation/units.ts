// Quantities as people read them, and the day in milliseconds. Nothing here is parsed back.

export const dayMs = 86_400_000;

/** `845 MB`, `1.2 GB`, `17 bytes`; powers of ten, as disks are sold. */
export function formatBytes(bytes: number): string {
  const units = ["bytes", "kB", "MB", "GB", "TB", "PB"];
  let value = bytes;
  let power = 0;
  for (; Math.round(value) >= 1000 && power < units.length - 1; power++) value /= 1000;
  return `${power === 0 || value >= 9.95 ? Math.round(value) : value.toFixed(1)} ${units[power]}`;
}

/** `1 table`, `1,204 tables`. */
export function formatCount(count: number, noun: string): string {
  return `${count.toLocaleString("en-US")} ${noun}${count === 1 ? "" : "s"}`;
}

/** `4 ms`, `6.2 s`, `3 min 5 s`, `2 h 4 min`; rounded before it is split, so that there is no `2 min 60 s`. */
export function formatDuration(ms: number): string {
  if (Math.round(ms) < 1000) return `${Math.round(ms)} ms`;
  if (Math.round(ms / 100) < 600) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  const minutes = Math.round(ms / 60_000);
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** How long ago something was, in one unit: `41 s`, `5 min`, `6 h`, `9 d`. */
export function formatAge(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7_200) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.floor(seconds / 3_600)} h`;
  return `${Math.floor((seconds * 1000) / dayMs)} d`;
}
