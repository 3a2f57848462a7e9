// One page that computes, as the service worker has it: asks on its port, and finds out when it is gone.
import type { PortAsk, PortReply, TwinAnswer } from '../../core/protocol/twin-messages.ts';

/** The page went before it answered; another may be asked. */
export class HostLost extends Error {
  override readonly name = 'HostLost';
}

/** What a host is asked; whoever asks keeps the body, for the host may go. */
export type HostAsk = Omit<Extract<PortAsk, { type: 'ask' }>, 'type' | 'id'>;

interface Waiting {
  readonly resolve: (answer: TwinAnswer) => void;
  readonly reject: (why: Error) => void;
  readonly onTaken: () => void;
}

/** How often a page that was asked is looked for: one that is killed says nothing. */
const lookEveryMs = 500;

export class HostPort {
  readonly clientId: string;
  readonly #port: MessagePort;
  readonly #isOpen: () => Promise<boolean>;
  readonly #onGone: () => void;
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;
  #look: ReturnType<typeof setInterval> | undefined;
  #gone = false;

  /** @param isOpen whether the browser still has that page */
  constructor(clientId: string, port: MessagePort, isOpen: () => Promise<boolean>, onGone: () => void) {
    this.clientId = clientId;
    this.#port = port;
    this.#isOpen = isOpen;
    this.#onGone = onGone;
    port.addEventListener('message', ({ data }: MessageEvent<PortReply>) => this.#hear(data));
    // Where a browser has the event (HTML, "disentangle"), it is sooner than looking.
    port.addEventListener('close', () => this.end());
    port.start();
  }

  /**
   * @param onTaken called when the page has said that it is alive
   * @throws HostLost; the signal's reason
   */
  ask(ask: HostAsk, signal: AbortSignal, onTaken: () => void): Promise<TwinAnswer> {
    if (this.#gone) return Promise.reject(new HostLost('it was closed'));
    const id = ++this.#lastId;
    return new Promise<TwinAnswer>((resolve, reject) => {
      const abort = () => {
        this.#send({ type: 'abort', id });
        this.#settle(id)?.reject(signal.reason instanceof Error ? signal.reason : new Error('called off'));
      };
      signal.addEventListener('abort', abort, { once: true });
      const end = () => signal.removeEventListener('abort', abort);
      this.#waiting.set(id, {
        onTaken,
        resolve: answer => {
          end();
          resolve(answer);
        },
        reject: why => {
          end();
          reject(why);
        },
      });
      this.#send({ type: 'ask', id, ...ask });
      this.#look ??= setInterval(() => void this.#lookForIt(), lookEveryMs);
    });
  }

  /** It is gone, or another port of the same page has taken its place. */
  end(): void {
    if (this.#gone) return;
    this.#gone = true;
    for (const id of [...this.#waiting.keys()]) this.#settle(id)?.reject(new HostLost('it was closed'));
    this.#port.close();
    this.#onGone();
  }

  #hear(message: PortReply): void {
    switch (message.type) {
      case 'taken':
        return this.#waiting.get(message.id)?.onTaken();
      case 'answer':
        return this.#settle(message.id)?.resolve(message);
      case 'gone':
        return this.end();
    }
  }

  #settle(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (this.#waiting.size === 0) {
      clearInterval(this.#look);
      this.#look = undefined;
    }
    return waiting;
  }

  async #lookForIt(): Promise<void> {
    if (!(await this.#isOpen())) this.end();
  }

  #send(message: PortAsk): void {
    this.#port.postMessage(message);
  }
}
