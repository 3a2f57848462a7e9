// A slow line in front of a server: every byte of page, workers and service worker goes through it, and is counted.
// (The browser's own throttling does not reach a service worker's requests.)
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface Line {
  readonly bitsPerSecond: number;
  readonly roundTripMs: number;
}

export interface ThrottledProxy {
  readonly port: number;
  /** To the browser, as they are on the wire: headers, and bodies as encoded. */
  readonly receivedBytes: () => number;
  close(): Promise<void>;
}

/** Bytes that go at once; small, so that connections share the line. */
const pieceBytes = 4096;
/** A connection with this much waiting is read no further. */
const maxWaitingBytes = 4 * pieceBytes;

export async function startThrottledProxy(targetPort: number, line: Line): Promise<ThrottledProxy> {
  const down = new Direction(line);
  const up = new Direction(line);
  const sockets = new Set<Socket>();
  const server = createServer(client => {
    const target = connect({ port: targetPort, host: '127.0.0.1' });
    for (const socket of [client, target]) {
      sockets.add(socket.setNoDelay(true));
      socket.once('close', () => sockets.delete(socket));
      socket.on('error', () => [client, target].forEach(each => each.destroy()));
    }
    // On loopback the handshake takes no time; on the line it takes a round trip.
    up.carry(client, target, line.roundTripMs);
    down.carry(target, client, 0);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    receivedBytes: () => down.carriedBytes,
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** One way of the line, which all connections share. */
class Direction {
  carriedBytes = 0;
  readonly #bytesPerMs: number;
  readonly #latencyMs: number;
  #freeAt = 0;

  constructor({ bitsPerSecond, roundTripMs }: Line) {
    this.#bytesPerMs = bitsPerSecond / 8 / 1000;
    this.#latencyMs = roundTripMs / 2;
  }

  carry(from: Socket, to: Socket, firstDelayMs: number): void {
    const opensAt = performance.now() + firstDelayMs;
    let waiting = 0;
    // Timers that are due in the same millisecond may fire in any order; bytes may not.
    let delivered = Promise.resolve();
    const deliver = (leavesAt: number, write: () => void) => {
      delivered = delivered.then(() => until(leavesAt + this.#latencyMs)).then(write);
    };
    const send = async (piece: Buffer) => {
      const leavesAt = Math.max(this.#leave(piece.length), opensAt);
      deliver(leavesAt, () => to.writable && to.write(piece));
      await until(leavesAt);
      waiting -= piece.length;
      this.carriedBytes += piece.length;
      if (waiting < maxWaitingBytes) from.resume();
    };
    from.on('data', (data: Buffer) => {
      waiting += data.length;
      if (waiting >= maxWaitingBytes) from.pause();
      for (let start = 0; start < data.length; start += pieceBytes) {
        void send(data.subarray(start, start + pieceBytes));
      }
    });
    from.on('end', () => deliver(Math.max(this.#freeAt, opensAt), () => to.end()));
  }

  /** When these bytes have left, after all that was given to the line before. */
  #leave(bytes: number): number {
    this.#freeAt = Math.max(performance.now(), this.#freeAt) + bytes / this.#bytesPerMs;
    return this.#freeAt;
  }
}

function until(time: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, Math.max(0, time - performance.now())));
}
