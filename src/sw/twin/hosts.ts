// The pages that can compute, and how one is found: those that said so, then those that say so when they are asked, then one
// that could become one. A service worker forgets all of it each time it is ended; the pages know better.
import {
  becomeHost,
  cannotHost,
  couldBeHost,
  hostHere,
  messageType,
  type CallMessage,
  type WindowMessage,
  whoComputes,
} from '../../core/protocol/twin-messages.ts';
import { HostPort } from './host-port.ts';

/** What is needed of the browser's clients; a test hands in its own. */
export interface Windows {
  list(): Promise<readonly Window[]>;
  isOpen(id: string): Promise<boolean>;
}

export interface Window {
  readonly id: string;
  readonly url: string;
  readonly isShown: boolean;
  readonly post: (message: CallMessage) => void;
}

export interface HostTimes {
  /** A page of the app becomes a host a moment after it is opened. */
  readonly appMs: number;
  /** Any other page has its listener, or it has none. */
  readonly otherMs: number;
  /** Loading what computes, where a page becomes a host because it is asked. */
  readonly becomeMs: number;
  /** One that was asked and is no host by then may be frozen: the next that could is asked beside it. */
  readonly besideMs: number;
  /** What could become a host waits so long for one that is. */
  readonly preferMs: number;
}

export const hostTimes: HostTimes = {
  appMs: 10_000,
  otherMs: 2_000,
  becomeMs: 30_000,
  besideMs: 5_000,
  preferMs: 500,
};

/** None is to be had; says why, for the caller to read. */
export class NoHost extends Error {
  override readonly name = 'NoHost';
}

export class Hosts {
  readonly #windows: Windows;
  readonly #times: HostTimes;
  /** By client; the last that was used, or came, is the last. */
  readonly #ports = new Map<string, HostPort>();
  readonly #could = new Set<string>();
  readonly #cannot = new Map<string, string>();
  /** They were asked and said nothing for as long as it was waited: not waited for again. */
  readonly #silent = new Set<string>();
  readonly #listeners = new Set<() => void>();

  constructor(windows: Windows, times: HostTimes = hostTimes) {
    this.#windows = windows;
    this.#times = times;
  }

  /** @returns whether the message was for this */
  hear(clientId: string, data: unknown, ports: readonly MessagePort[]): boolean {
    const type = messageType(data);
    const [port] = ports;
    if (type === hostHere && port) this.#add(clientId, port);
    else if (type === couldBeHost) this.#could.add(clientId);
    else if (type === cannotHost) {
      this.#cannot.set(clientId, (data as Extract<WindowMessage, { type: typeof cannotHost }>).reason);
    } else return false;
    this.#silent.delete(clientId);
    this.#tell();
    return true;
  }

  /**
   * A host that is none of `tried`: the one that was used last, for it has the model open.
   * @param caller the client that asks, where it has an id: it is asked to become a host before others are
   * @throws NoHost; the signal's reason
   */
  async find(tried: ReadonlySet<HostPort>, caller: string, signal: AbortSignal): Promise<HostPort> {
    const known = this.#known(tried);
    if (known) return known;
    const reason = await this.#call(tried, caller, signal);
    const found = this.#known(tried);
    if (found) return found;
    throw new NoHost(reason);
  }

  used(host: HostPort): void {
    if (this.#ports.get(host.clientId) !== host) return;
    this.#ports.delete(host.clientId);
    this.#ports.set(host.clientId, host);
  }

  #known(tried: ReadonlySet<HostPort>): HostPort | undefined {
    return [...this.#ports.values()].findLast(port => !tried.has(port));
  }

  #add(clientId: string, port: MessagePort): void {
    this.#ports.get(clientId)?.end();
    const host = new HostPort(
      clientId,
      port,
      () => this.#windows.isOpen(clientId),
      () => {
        if (this.#ports.get(clientId) === host) this.#ports.delete(clientId);
        this.#tell();
      },
    );
    this.#ports.set(clientId, host);
  }

  /** Waits until there is a host, or until nobody is left who might be one. @returns why there is none, where there is none */
  async #call(tried: ReadonlySet<HostPort>, caller: string, signal: AbortSignal): Promise<string> {
    const windows = (await this.#windows.list()).filter(({ id }) => !this.#ports.has(id));
    if (windows.length === 0) return tried.size > 0 ? 'every page that could was closed' : 'no page is open';
    for (const { id, post } of windows) {
      this.#cannot.delete(id);
      post({ type: whoComputes });
    }
    const call = new Call(windows, caller, this.#times);
    for (;;) {
      if (this.#known(tried)) return '';
      const { next, untilMs } = call.step(this.#could, this.#cannot, this.#silent);
      if (next) next.post({ type: becomeHost });
      else if (untilMs > 0) await this.#change(untilMs, signal);
      else break;
    }
    for (const { id } of windows) if (!this.#could.has(id) && !this.#ports.has(id)) this.#silent.add(id);
    const refusals = windows.flatMap(({ id }) => this.#cannot.get(id) ?? []);
    return refusals[0] ?? 'the pages that are open compute nothing';
  }

  /** Resolves when something was heard, or after `ms`. @throws the signal's reason */
  #change(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = (how: () => void) => {
        clearTimeout(timer);
        this.#listeners.delete(heard);
        signal.removeEventListener('abort', stop);
        how();
      };
      const heard = () => end(resolve);
      const stop = () => end(() => reject(signal.reason as Error));
      const timer = setTimeout(heard, ms);
      this.#listeners.add(heard);
      if (signal.aborted) stop();
      else signal.addEventListener('abort', stop, { once: true });
    });
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}

/** One look for a host: whom to wait for, whom to ask to become one, and when to give up. */
class Call {
  readonly #windows: readonly Window[];
  readonly #caller: string;
  readonly #times: HostTimes;
  readonly #began = performance.now();
  readonly #asked = new Set<string>();
  #lastAskedAt = 0;

  constructor(windows: readonly Window[], caller: string, times: HostTimes) {
    this.#windows = windows;
    this.#caller = caller;
    this.#times = times;
  }

  step(
    could: ReadonlySet<string>,
    cannot: ReadonlyMap<string, string>,
    silent: ReadonlySet<string>,
  ): { readonly next: Window | null; readonly untilMs: number } {
    const { appMs, otherMs, becomeMs, besideMs, preferMs } = this.#times;
    const passed = performance.now() - this.#began;
    const able = this.#windows.filter(({ id }) => could.has(id) && !cannot.has(id) && !this.#asked.has(id));
    if ([...this.#asked].some(id => !cannot.has(id))) {
      const sinceMs = performance.now() - this.#lastAskedAt;
      if (able.length === 0) return { next: null, untilMs: becomeMs - sinceMs };
      if (sinceMs < besideMs) return { next: null, untilMs: besideMs - sinceMs };
    }
    const open = this.#windows.filter(({ id }) => !could.has(id) && !cannot.has(id) && !silent.has(id));
    const waitMs = Math.max(0, ...open.map(({ url }) => (isApp(url) ? appMs : otherMs))) - passed;
    const best = able.find(({ id }) => id === this.#caller) ?? able.find(({ isShown }) => isShown) ?? able[0];
    if (!best) return { next: null, untilMs: waitMs };
    const preferred = open.some(({ url }) => isApp(url)) ? preferMs - passed : 0;
    if (preferred > 0) return { next: null, untilMs: preferred };
    this.#asked.add(best.id);
    this.#lastAskedAt = performance.now();
    return { next: best, untilMs: becomeMs };
  }
}

/** A page of the app is at the root, whatever it shows. */
function isApp(url: string): boolean {
  const { pathname } = new URL(url);
  return pathname === '/' || pathname === '/index.html';
}
