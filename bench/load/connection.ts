// One kept-alive HTTP/1.1 connection that sends whole requests made beforehand and reads no more of an answer than it must: what
// a load generator may cost beside what it measures. Knows answers with a Content-Length only; every side measured sends them.
import { connect, type Socket } from 'node:net';

export interface Reply {
  readonly status: number;
  /** Seconds (RFC 9110 §10.2.3); null where it is absent. */
  readonly retryAfterSeconds: number | null;
  readonly head: string;
  readonly body: Buffer;
}

interface Waiting {
  resolve(reply: Reply): void;
  reject(reason: Error): void;
}

const headEnd = Buffer.from('\r\n\r\n');

export class Connection {
  readonly #socket: Socket;
  #waiting: Waiting | null = null;
  #received: Buffer = Buffer.alloc(0);
  #broken: Error | null = null;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', part => this.#take(part));
    socket.on('error', error => this.#break(error));
    socket.on('close', () => this.#break(new Error('the server closed the connection')));
  }

  static open(port: number, host = '127.0.0.1'): Promise<Connection> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port, host, noDelay: true });
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.off('error', reject);
        resolve(new Connection(socket));
      });
    });
  }

  /** Whether a request may be sent on it now. */
  get isFree(): boolean {
    return this.#waiting === null && this.#broken === null;
  }

  /** One at a time. Rejects where the connection ends before the answer has. */
  ask(request: Buffer): Promise<Reply> {
    if (this.#broken) return Promise.reject(this.#broken);
    if (this.#waiting) return Promise.reject(new Error('the answer before has not come yet'));
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#socket.write(request);
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(part: Buffer): void {
    this.#received = this.#received.length === 0 ? part : Buffer.concat([this.#received, part]);
    const end = this.#received.indexOf(headEnd);
    if (end < 0) return;
    const head = this.#received.toString('latin1', 0, end);
    const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
    if (length === undefined) return this.#break(new Error(`an answer without Content-Length:\n${head}`));
    const whole = end + headEnd.length + Number(length);
    if (this.#received.length < whole) return;
    const body = this.#received.subarray(end + headEnd.length, whole);
    this.#received = this.#received.subarray(whole);
    const waiting = this.#waiting;
    this.#waiting = null;
    if (/\r\nconnection: *close/i.test(head)) this.#broken = new Error('the server closes the connection');
    const retryAfter = /\r\nretry-after: *(\d+)/i.exec(head)?.[1];
    waiting?.resolve({
      status: Number(head.slice(9, 12)),
      retryAfterSeconds: retryAfter === undefined ? null : Number(retryAfter),
      head,
      body,
    });
  }

  #break(reason: Error): void {
    this.#broken ??= reason;
    this.#socket.destroy();
    const waiting = this.#waiting;
    this.#waiting = null;
    waiting?.reject(reason);
  }
}

/** A whole POST, as it goes over the line. */
export function postRequest(
  path: string,
  headers: Readonly<Record<string, string>>,
  body: Uint8Array,
): Buffer {
  const lines = [
    `POST ${path} HTTP/1.1`,
    'Host: 127.0.0.1',
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    `Content-Length: ${body.byteLength}`,
    '',
    '',
  ];
  return Buffer.concat([Buffer.from(lines.join('\r\n')), body]);
}
