/** What Linux says about a process. */

/** Hertz of the times in /proc, the same on every Linux that Node runs on. */
const TICKS = 100;

/** @param {string} stat /proc/PID/stat @returns {number} seconds in user space and in the kernel, of all threads */
export function cpuSeconds(stat) {
  // The name, in brackets, may itself have brackets and spaces.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

/** @param {string} status /proc/PID/status @returns {number} bytes */
export function residentBytes(status) {
  const match = /^VmRSS:\s+(\d+) kB$/m.exec(status);
  if (!match) throw new Error('/proc says nothing about the memory of that process');
  return Number(match[1]) * 1024;
}
