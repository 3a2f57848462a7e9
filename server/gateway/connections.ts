// How many connections one address may hold open: whoever opens more and says little on each takes the places of all others.
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { callerAddress } from './caller-address.ts';
import { isLoopback } from './origin.ts';

/** A school behind one address, with six connections a browser (as browsers have over HTTP/1.1), has fewer. */
export const maxConnectionsOfAddress = 4_000;

export interface ConnectionLimits {
  readonly max: number;
  /** Left out: all but this machine's own, where a proxy may speak for everybody. */
  readonly isCounted?: (address: string | undefined) => boolean;
}

/** How many of each address are open. */
export class ConnectionCounts {
  readonly #max: number;
  readonly #open = new Map<string, number>();

  constructor(max: number) {
    this.#max = max;
  }

  /** False for one too many, which is not counted. */
  take(address: string): boolean {
    const caller = callerAddress(address);
    const count = (this.#open.get(caller) ?? 0) + 1;
    if (count > this.#max) return false;
    this.#open.set(caller, count);
    return true;
  }

  /** Of one that was taken. */
  leave(address: string): void {
    const caller = callerAddress(address);
    const left = this.#open.get(caller)! - 1;
    if (left === 0) this.#open.delete(caller);
    else this.#open.set(caller, left);
  }
}

/** One too many is closed before it is read. */
export function limitConnections(
  server: Pick<Server, 'on'>,
  { max, isCounted = address => !isLoopback(address) }: ConnectionLimits,
): void {
  const open = new ConnectionCounts(max);
  server.on('connection', (socket: Socket) => {
    if (!isCounted(socket.remoteAddress)) return;
    const address = socket.remoteAddress ?? '';
    if (open.take(address)) socket.once('close', () => open.leave(address));
    else socket.destroy();
  });
}
