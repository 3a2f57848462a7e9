// In a page of the app's origin: computes for the service worker when that finds no other page that can. What computes is the app's
// own, fetched from the server at that moment.
import {
  becomeHost,
  cannotHost,
  couldBeHost,
  messageType,
  twinModulePath,
  type TwinModule,
  whoComputes,
  type WindowMessage,
} from '../core/protocol/twin-messages.ts';

/** @returns what ends it */
export function beHostWhenAsked(url: string): () => void {
  const workers = navigator.serviceWorker;
  let hosting: Promise<void> | null = null;
  const listen = ({ data, source }: MessageEvent) => {
    const say = (message: WindowMessage) => (source as ServiceWorker | null)?.postMessage(message);
    const type = messageType(data);
    // Once it is a host, the module answers for it.
    if (type === whoComputes && !hosting) say({ type: couldBeHost });
    if (type !== becomeHost) return;
    hosting ??= hostHere(url);
    hosting.catch((error: unknown) => {
      hosting = null;
      say({ type: cannotHost, reason: error instanceof Error ? error.message : String(error) });
    });
  };
  workers.addEventListener('message', listen);
  workers.startMessages();
  return () => workers.removeEventListener('message', listen);
}

async function hostHere(url: string): Promise<void> {
  const module = new URL(twinModulePath, url).href;
  const twin = (await import(/* @vite-ignore */ /* webpackIgnore: true */ module)) as TwinModule;
  await twin.becomeHost();
}
