// The memory of a process that is really used: VmRSS. Source: man7.org/linux/man-pages/man5/proc_pid_status.5.html
import { readFile } from "node:fs/promises";

/** @param {number | undefined} pid */
export async function residentBytes(pid) {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
}
