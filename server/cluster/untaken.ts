// The connection that was on its way to a front when that died. Node's round robin hands each worker one at a time, closes its own
// end when the worker says that it has it, and forgets it where the worker never says anything again (`handoff` in
// lib/internal/cluster/round_robin_handle.js, Node 20 to 24): who opened it would wait for ever.
import type { Worker } from 'node:cluster';

interface Handle {
  close?: () => void;
}

/** Closes it, so that who opened it knows, and asks again. To be called before any connection comes. */
export function closeUntaken({ process: child }: Worker): void {
  let last: Handle | null = null;
  const send = child.send.bind(child) as (...sent: unknown[]) => boolean;
  child.send = (message: unknown, handle?: unknown, ...rest: unknown[]) => {
    if (handle) last = handle;
    return send(message, handle, ...rest);
  };
  // One that was taken is closed already: to close it again does nothing.
  child.once('exit', () => last?.close?.());
}
