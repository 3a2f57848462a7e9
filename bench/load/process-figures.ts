// What a process and those it started have used: processor time and memory, as Linux tells (proc_pid_stat(5), proc_pid_status(5)).
// Null elsewhere. On a busy machine the clock on the wall measures the others too; this does not.
import { readdirSync, readFileSync } from 'node:fs';

/** Linux counts in hundredths of a second, whatever the kernel's own clock is (USER_HZ). */
const ticksPerSecond = 100;

/** User and system time of the process alone, its threads included. */
export function ownProcessorSeconds(pid: number): number | null {
  return process.platform === 'linux' ? (ticksOf(pid) ?? 0) / ticksPerSecond : null;
}

/** User and system time. */
export function processorSeconds(pid: number): number | null {
  if (process.platform !== 'linux') return null;
  return family(pid).reduce((sum, each) => sum + (ticksOf(each) ?? 0) / ticksPerSecond, 0);
}

/** Resident: what it holds in memory now. */
export function residentBytes(pid: number): number | null {
  if (process.platform !== 'linux') return null;
  return family(pid).reduce((sum, each) => sum + (residentOf(each) ?? 0), 0);
}

export function openFiles(pid: number): number | null {
  return process.platform === 'linux' ? readdirSync(`/proc/${pid}/fd`).length : null;
}

/** The process and all below it. */
function family(pid: number): number[] {
  const all = [pid];
  for (const each of all) {
    const listed = read(`/proc/${each}/task/${each}/children`) ?? '';
    all.push(...listed.split(' ').filter(Boolean).map(Number));
  }
  return all;
}

function ticksOf(pid: number): number | null {
  // The program's name, in parentheses, may hold spaces.
  const fields = read(`/proc/${pid}/stat`)?.split(') ').at(-1)?.split(' ');
  return fields === undefined ? null : Number(fields[11]) + Number(fields[12]);
}

function residentOf(pid: number): number | null {
  const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(read(`/proc/${pid}/status`) ?? '')?.[1];
  return kilobytes === undefined ? null : Number(kilobytes) * 1024;
}

/** Null where it has just ended. */
function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
