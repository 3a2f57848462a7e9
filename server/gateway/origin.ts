// Where a request comes from and what it thinks it talks to: against DNS rebinding and cross-site writes.
import type { IncomingMessage } from 'node:http';
import { hostname, networkInterfaces } from 'node:os';
import { HaversackError } from '../../src/core/errors.ts';

export const loopbackNames: readonly string[] = ['localhost', '127.0.0.1', '[::1]'];

export interface Origin {
  readonly method: string;
  readonly host: string | undefined;
  readonly origin: string | undefined;
  /** Of the connection. What a proxy's headers claim is not looked at. */
  readonly address: string | undefined;
  /** Whether a proxy says that it asks for somebody else. */
  readonly isForwarded: boolean;
}

/** A proxy on this machine connects from loopback, for somebody who need not be here: RFC 7239, RFC 9110 §7.6.3, habit. */
const forwardingHeaders = [
  ...['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip'],
  'cf-connecting-ip',
];

/** @param address of the connection */
export function originOf(
  { method, headers }: Pick<IncomingMessage, 'method' | 'headers'>,
  address: string | undefined,
): Origin {
  return {
    method: method!,
    host: headers.host,
    origin: headers.origin,
    address,
    isForwarded: forwardingHeaders.some(name => headers[name] !== undefined),
  };
}

/** @throws HaversackError `Forbidden` */
export function checkOrigin(request: Origin, served: ReadonlySet<string>): void {
  const name = hostName(request.host);
  if (name === null || !served.has(name)) {
    throw new HaversackError('Forbidden', `this server does not go by the name ${request.host ?? '(none)'}`);
  }
  if (request.method === 'GET' || request.method === 'HEAD' || request.origin === undefined) return;
  if (hostOf(request.origin) !== request.host?.toLowerCase()) {
    throw new HaversackError('Forbidden', `pages of ${request.origin} may not write here`);
  }
}

/**
 * Whether the caller sits at this very machine, and knows it: the connection and the name are both loopback's, and no
 * proxy stands between.
 */
export function isLocal(request: Origin): boolean {
  if (request.isForwarded) return false;
  const name = hostName(request.host);
  return name !== null && loopbackNames.includes(name) && isLoopback(request.address);
}

export function isLoopback(address: string | undefined): boolean {
  if (address === undefined) return false;
  const plain = address.replace(/^::ffff:/i, '');
  return plain === '::1' || /^127\.\d+\.\d+\.\d+$/.test(plain);
}

/** Names that a server bound to `host` answers to; bound to all, those of every interface and of the machine. */
export function servedNames(host: string): ReadonlySet<string> {
  const names = new Set(loopbackNames);
  if (host === '0.0.0.0' || host === '::') {
    const machine = hostname().toLowerCase();
    names.add(machine);
    if (!machine.includes('.')) names.add(`${machine}.local`);
    for (const address of machineAddresses()) names.add(bracketed(address));
  } else {
    names.add(bracketed(host.toLowerCase()));
  }
  return names;
}

/** A laptop changes networks: its addresses are looked up again this often. */
const namesEveryMs = 10_000;

/** The same, looked up rarely: asking the system for its interfaces takes longer than a small prediction. */
export function keptServedNames(
  host: string,
  clockMs: () => number = () => performance.now(),
): () => ReadonlySet<string> {
  let names = servedNames(host);
  let untilMs = clockMs() + namesEveryMs;
  return () => {
    if (clockMs() >= untilMs) {
      names = servedNames(host);
      untilMs = clockMs() + namesEveryMs;
    }
    return names;
  };
}

/** Of all interfaces but loopback; IPv6 without link-local ones, which need a zone. */
export function machineAddresses(): string[] {
  return Object.values(networkInterfaces())
    .flatMap(list => list ?? [])
    .filter(entry => !entry.internal && !entry.address.toLowerCase().startsWith('fe80:'))
    .map(entry => entry.address.toLowerCase());
}

function bracketed(address: string): string {
  return address.includes(':') ? `[${address}]` : address;
}

function hostName(host: string | undefined): string | null {
  return /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+?)\.?(?::\d{1,5})?$/i.exec(host ?? '')?.[1]?.toLowerCase() ?? null;
}

function hostOf(origin: string): string | null {
  try {
    return new URL(origin).host;
  } catch {
    return null;
  }
}
