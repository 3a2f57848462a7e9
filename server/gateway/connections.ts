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

/** One too many is closed before it is read. */
export function limitConnections(
  server: Pick<Server, 'on'>,
  { max, isCounted = address => !isLoopback(address) }: ConnectionLimits,
): void {
  const open = new Map<string, number>();
  server.on('connection', (socket: Socket) => {
    if (!isCounted(socket.remoteAddress)) return;
    const address = callerAddress(socket.remoteAddress ?? '');
    const count = (open.get(address) ?? 0) + 1;
    if (count > max) {
      socket.destroy();
      return;
    }
    open.set(address, count);
    socket.once('close', () => {
      const left = open.get(address)! - 1;
      if (left === 0) open.delete(address);
      else open.set(address, left);
    });
  });
}
