// A page that computes for the service worker: says that it is here, takes what is asked on its port, and says when it goes.
import { answerProtocol } from '../../core/serve/answer-protocol.ts';
import type { ProtocolAsk, ProtocolBackend } from '../../core/serve/service.ts';
import {
  becomeHost,
  hostHere,
  messageType,
  type PortAsk,
  type PortReply,
  type WindowMessage,
  whoComputes,
} from '../../core/protocol/twin-messages.ts';

/** What was answered here, for whoever shows it. */
export interface Exchange {
  readonly from: string;
  readonly path: string;
  readonly status: number;
}

export interface HostOptions {
  readonly backend: ProtocolBackend;
  readonly onAnswered: (exchange: Exchange) => void;
}

type Ask = Extract<PortAsk, { type: 'ask' }>;
type UnderWay = Map<number, AbortController>;

export class TwinHost {
  readonly #options: HostOptions;
  #port: MessagePort | null = null;

  constructor(options: HostOptions) {
    this.#options = options;
  }

  /** Offers this page, now and whenever a service worker asks. @returns the function that ends it */
  start(container: ServiceWorkerContainer): () => void {
    const ended = new AbortController();
    const { signal } = ended;
    container.addEventListener(
      'message',
      event => {
        const type = messageType(event.data);
        if (type === whoComputes || type === becomeHost) this.#offer(event.source as ServiceWorker | null);
      },
      { signal },
    );
    container.startMessages();
    // A new build takes over: it knows nobody yet.
    container.addEventListener('controllerchange', () => void this.#offerTo(container), { signal });
    addEventListener('pagehide', () => this.#leave(), { signal });
    addEventListener('pageshow', event => void (event.persisted && this.#offerTo(container)), { signal });
    document.addEventListener('freeze', () => this.#leave(), { signal });
    document.addEventListener('resume', () => void this.#offerTo(container), { signal });
    void this.#offerTo(container);
    return () => {
      ended.abort();
      this.#leave();
    };
  }

  async #offerTo(container: ServiceWorkerContainer): Promise<void> {
    this.#offer(container.controller ?? (await container.getRegistration())?.active ?? null);
  }

  #offer(worker: ServiceWorker | null): void {
    if (!worker) return;
    const before = this.#port;
    const { port1, port2 } = new MessageChannel();
    // Ids are a port's own: what is called off on one must not end what was asked on another.
    const underWay: UnderWay = new Map();
    this.#port = port1;
    port1.addEventListener('message', ({ data }: MessageEvent<PortAsk>) => this.#hear(port1, underWay, data));
    port1.start();
    worker.postMessage({ type: hostHere } satisfies WindowMessage, [port2]);
    // It may be an older service worker's, which else would wait for answers that no longer come.
    if (before) end(before);
  }

  /** What is under way goes on: it may still be in time for whoever asks again from this very page. */
  #leave(): void {
    const port = this.#port;
    this.#port = null;
    if (port) end(port);
  }

  #hear(port: MessagePort, underWay: UnderWay, message: PortAsk): void {
    switch (message.type) {
      case 'abort':
        underWay.get(message.id)?.abort();
        return;
      case 'ask':
        reply(port, { type: 'taken', id: message.id });
        void this.#answer(port, underWay, message);
    }
  }

  async #answer(port: MessagePort, underWay: UnderWay, ask: Ask): Promise<void> {
    const controller = new AbortController();
    underWay.set(ask.id, controller);
    const { status, headers, body } = await answerProtocol(
      protocolAskOf(ask, controller.signal),
      this.#options.backend,
    );
    underWay.delete(ask.id);
    const whole = body.byteLength === body.buffer.byteLength ? body : body.slice();
    reply(port, { type: 'answer', id: ask.id, status, headers, body: whole.buffer }, [whole.buffer]);
    this.#options.onAnswered({ from: ask.from, path: ask.path, status });
  }
}

function protocolAskOf({ method, path, headers, body, leftMs }: Ask, signal: AbortSignal): ProtocolAsk {
  return {
    method,
    path: path.split('?', 1)[0]!,
    header: name => headers[name] ?? null,
    body: new Uint8Array(body),
    context: { signal, tenant: 'device', timeoutMs: leftMs },
  };
}

function end(port: MessagePort): void {
  reply(port, { type: 'gone' });
  port.close();
}

function reply(port: MessagePort, message: PortReply, transfer: Transferable[] = []): void {
  port.postMessage(message, transfer);
}
