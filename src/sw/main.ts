// The service worker: which events there are. What a request gets is in policy.ts, how in caches.ts.
import { checkInBackground, deliverInBackground } from '../device/background.ts';
import { outboxTag, updatesTag } from '../device/background-tags.ts';
import { AppCaches } from './caches.ts';
import { isolated } from './headers.ts';
import { answerFor, networkPaths } from './policy.ts';
import { policySetting } from './twin/policy-setting.ts';
import { Twin } from './twin/twin.ts';
import { askerOf, windows } from './twin/windows.ts';

declare const self: ServiceWorkerGlobalScope;

/** Background Sync and Periodic Background Sync (WICG), which TypeScript's library does not have: Chromium only. */
interface SyncEvent extends ExtendableEvent {
  readonly tag: string;
}

/** Static routing (Service Workers, 4.9.1), which TypeScript's library does not have: Chromium so far. */
interface RoutedInstallEvent extends ExtendableEvent {
  addRoutes?(rules: { condition: { urlPattern: string }; source: 'network' }[]): Promise<void>;
}

// The build puts the list of the shell's files here.
const appCaches = new AppCaches(self.__WB_MANIFEST);
const twin = new Twin({ windows, policy: policySetting, fetch: self.fetch.bind(self) });

self.addEventListener('install', event => {
  event.waitUntil(appCaches.install(event));
  event.waitUntil(routeToNetwork(event));
});

/** What is the network's business anyway need not start this worker. An engine that refuses the rules does without. */
async function routeToNetwork(event: RoutedInstallEvent): Promise<void> {
  try {
    await event.addRoutes?.(
      networkPaths.map(path => ({ condition: { urlPattern: `${path}*` }, source: 'network' })),
    );
  } catch (thrown) {
    console.warn('haversack: requests to the server start the service worker first.', thrown);
  }
}

self.addEventListener('activate', event => {
  event.waitUntil(appCaches.activate(event).then(claim));
});

/**
 * The first visit needs no reload to be ready for offline; a later build comes here only when the user let it. Not waited for:
 * Firefox (153) asks each worker of a page too, and ONNX Runtime's threads sleep without looking at their messages. Until the
 * worker was ended, nothing that the page asks would be answered.
 */
function claim(): void {
  self.clients.claim().catch((thrown: unknown) => {
    console.warn('haversack: this page goes without the service worker until it is opened again.', thrown);
  });
}

self.addEventListener('message', event => {
  const message = event.data as { type?: unknown } | null;
  if (message?.type === 'SKIP_WAITING') void self.skipWaiting();
  if (event.source instanceof Client) twin.hosts.hear(event.source.id, message, event.ports);
});

self.addEventListener('fetch', event => {
  const { request } = event;
  const answer = answerFor(
    {
      method: request.method,
      url: new URL(request.url),
      mode: request.mode,
      range: request.headers.get('range'),
    },
    { origin: self.location.origin, isPrecached: url => appCaches.isPrecached(url) },
  );
  if (answer === 'twin') event.respondWith(answerAsTwin(event));
  else if (answer !== 'pass') event.respondWith(appCaches.respond(answer, request));
});

async function answerAsTwin({ request, clientId }: FetchEvent): Promise<Response> {
  return isolated(await twin.answer(request, clientId, await askerOf(clientId, request)));
}

self.addEventListener('sync', event => {
  const { tag } = event as SyncEvent;
  if (tag === outboxTag) (event as SyncEvent).waitUntil(deliverInBackground());
});

self.addEventListener('periodicsync', event => {
  const { tag } = event as SyncEvent;
  if (tag === updatesTag) (event as SyncEvent).waitUntil(checkInBackground());
});
