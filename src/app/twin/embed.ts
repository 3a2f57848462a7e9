// The frame that an application on another origin embeds: takes questions by `postMessage`, asks the same origin's service worker,
// and sends the answers back. Whom it answers is what the server says of who may embed it, and nobody else.
import {
  askedForHeader,
  becomeHost,
  cannotHost,
  couldBeHost,
  type EmbedAsk,
  embedAbort,
  embedAnswer,
  embedAsk,
  embedPath,
  embedReady,
  type EmbedReply,
  messageType,
  type TwinModule,
  twinModulePath,
  whoComputes,
  type WindowMessage,
} from '../../core/protocol/twin-messages.ts';
import { framePageCacheName } from '../../device/cache-names.ts';
import { embedders } from './embedders.ts';

/** What an application may say of its request. Everything else is the browser's, or ours. */
const passedOn = [
  'accept',
  'authorization',
  'content-encoding',
  'content-type',
  'haversack-policy',
  'haversack-timeout-ms',
  'inference-header-content-length',
  'traceparent',
  'x-request-id',
];

type Question = Extract<EmbedAsk, { type: typeof embedAsk }>;

const underWay = new Map<number | string, AbortController>();

void start();

async function start(): Promise<void> {
  const allowed = (await embedders()) ?? [];
  if (window.parent === window || allowed.length === 0) return;
  followServiceWorker();
  addEventListener('message', event => {
    // Frames beside this one, and windows that were opened, have a reference too.
    if (event.source !== window.parent || !allowed.includes(event.origin)) return;
    hear(event.data as EmbedAsk, event.origin);
  });
  // To whoever it is: it says nothing but that questions are heard from now on.
  reply({ type: embedReady }, '*');
}

function hear(message: EmbedAsk, origin: string): void {
  const type = messageType(message);
  if (type === embedAsk) void answer(message as Question, origin);
  else if (type === embedAbort) underWay.get(message.id)?.abort();
}

async function answer(
  { id, method, path, headers = {}, body = null }: Question,
  origin: string,
): Promise<void> {
  const controller = new AbortController();
  underWay.set(id, controller);
  try {
    const response = await fetch(protocolPath(path), {
      method,
      headers: { ...allowedHeaders(headers), [askedForHeader]: origin },
      body,
      signal: controller.signal,
      cache: 'no-store',
      // A captive portal redirects; following it would hand it the application's key.
      redirect: 'error',
      // What the browser keeps for this origin is its owner's, not the application's.
      credentials: 'omit',
    });
    const bytes = await response.arrayBuffer();
    reply(
      {
        type: embedAnswer,
        id,
        status: response.status,
        headers: Object.fromEntries(response.headers),
        body: bytes,
      },
      origin,
      [bytes],
    );
  } catch (thrown) {
    if (!controller.signal.aborted) reply(unanswered(id, thrown), origin);
  } finally {
    underWay.delete(id);
  }
}

/** @throws TypeError for what is not the protocol's: the registry is not for other origins */
function protocolPath(path: unknown): string {
  const { origin, pathname, search } = new URL(String(path), location.origin);
  const isProtocols = pathname === '/v2' || pathname.startsWith('/v2/');
  if (origin !== location.origin || !isProtocols)
    throw new TypeError(`${String(path).slice(0, 100)} is not below /v2`);
  return pathname + search;
}

function allowedHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => passedOn.includes(name.toLowerCase())),
  );
}

/** Neither the server nor a service worker answered; in the form of every other error. */
function unanswered(id: number | string, thrown: unknown): EmbedReply {
  const detail = thrown instanceof Error ? thrown.message : String(thrown);
  const title = 'The server cannot be reached.';
  const problem = { code: 'Offline', title, status: 503, detail, error: `${title} ${detail}` };
  const body = new TextEncoder().encode(JSON.stringify(problem)).buffer;
  return {
    type: embedAnswer,
    id,
    status: 503,
    headers: { 'content-type': 'application/problem+json' },
    body,
  };
}

function reply(message: EmbedReply, origin: string, transfer: Transferable[] = []): void {
  window.parent.postMessage(message, origin, transfer);
}

/** Where the browser lets a frame have none (third-party storage refused), only the server answers. */
function followServiceWorker(): void {
  const { serviceWorker } = navigator as { serviceWorker?: ServiceWorkerContainer };
  if (!serviceWorker) return;
  serviceWorker.addEventListener('message', ({ data, source }) => {
    const worker = source as ServiceWorker;
    const type = messageType(data);
    if (type === whoComputes) worker.postMessage({ type: couldBeHost } satisfies WindowMessage);
    else if (type === becomeHost) void become(worker);
  });
  serviceWorker.startMessages();
  keepForOffline(serviceWorker).catch((thrown: unknown) => {
    console.warn('haversack: this frame may keep nothing; without the network there are no answers.', thrown);
  });
}

/** The first time, this page came without the service worker, which keeps it from the next time on. */
async function keepForOffline(serviceWorker: ServiceWorkerContainer): Promise<void> {
  await serviceWorker.register('/sw.js');
  if (!serviceWorker.controller) await (await caches.open(framePageCacheName)).add(embedPath);
}

async function become(worker: ServiceWorker): Promise<void> {
  try {
    const module = (await import(/* @vite-ignore */ twinModulePath)) as TwinModule;
    await module.becomeHost();
  } catch (thrown) {
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    worker.postMessage({ type: cannotHost, reason } satisfies WindowMessage);
  }
}
