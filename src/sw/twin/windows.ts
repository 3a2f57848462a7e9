// The browser's pages of this origin, as `Hosts` needs them.
import { askedForHeader, embedPath } from '../../core/protocol/twin-messages.ts';
import type { Windows } from './hosts.ts';

declare const self: ServiceWorkerGlobalScope;

export const windows: Windows = {
  async list() {
    const all = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
    return all.map(client => ({
      id: client.id,
      url: client.url,
      isShown: client.visibilityState === 'visible',
      post: message => client.postMessage(message),
    }));
  },
  isOpen: async id => (await self.clients.get(id)) !== undefined,
};

/** Pages do not change their path often, and asking the browser for it costs a fifth of an answer. */
const maxPaths = 256;
const paths = new Map<string, string>();

/** Who asks, for people to read: the page's path, or the origin that embeds our frame. */
export async function askerOf(clientId: string, request: Request): Promise<string> {
  const pathname = paths.get(clientId) ?? (await pathOf(clientId));
  return pathname === embedPath ? (request.headers.get(askedForHeader) ?? pathname) : pathname;
}

async function pathOf(clientId: string): Promise<string> {
  const client = clientId === '' ? undefined : await self.clients.get(clientId);
  if (!client) return '';
  const { pathname } = new URL(client.url);
  if (paths.size >= maxPaths) paths.clear();
  paths.set(clientId, pathname);
  return pathname;
}
