import { afterEach, expect, test, vi } from 'vitest';
import { TwinHost } from '../../../src/app/twin/host.ts';
import { type PortReply, whoComputes } from '../../../src/core/protocol/twin-messages.ts';
import type { ProtocolBackend } from '../../../src/core/serve/service.ts';

afterEach(() => void vi.unstubAllGlobals());

/** A page's surroundings: what a host listens to, and a service worker that keeps the ports it is handed. */
function page() {
  const [window, document] = [new EventTarget(), new EventTarget()];
  vi.stubGlobal('document', document);
  vi.stubGlobal('addEventListener', window.addEventListener.bind(window));
  const ports: MessagePort[] = [];
  const worker = { postMessage: (_said: unknown, [port]: MessagePort[]) => void ports.push(port!) };
  const container = Object.assign(new EventTarget(), { controller: worker, startMessages: () => undefined });
  const ask = () => {
    const event = new MessageEvent('message', { data: { type: whoComputes } });
    Object.defineProperty(event, 'source', { value: worker });
    container.dispatchEvent(event);
  };
  return { container: container as unknown as ServiceWorkerContainer, ports, ask, window };
}

/** What comes on a port, as it comes. */
function heard(port: MessagePort): PortReply[] {
  const replies: PortReply[] = [];
  port.onmessage = ({ data }: MessageEvent<PortReply>) => void replies.push(data);
  return replies;
}

const question = (id: number) => {
  const body = new ArrayBuffer(0);
  return { type: 'ask', id, method: 'GET', path: '/v2', headers: {}, body, from: '/', leftMs: 60_000 };
};
const backend = { server: { name: 'a device', version: '1' } } as ProtocolBackend;

function started() {
  const around = page();
  const stop = new TwinHost({ backend, onAnswered: () => undefined }).start(around.container);
  return { ...around, stop };
}

test('answers on the port that it offered, and says first that it is alive', async () => {
  const { ports, stop } = started();
  const replies = heard(ports[0]!);
  ports[0]!.postMessage(question(1));
  await expect.poll(() => replies.map(({ type }) => type)).toEqual(['taken', 'answer']);
  stop();
});

test('offers a new port, and says on the one before that nothing comes there any more', async () => {
  const { ports, ask, stop } = started();
  const before = heard(ports[0]!);
  ask();
  await expect.poll(() => before).toEqual([{ type: 'gone' }]);
  const replies = heard(ports[1]!);
  ports[1]!.postMessage(question(1));
  await expect.poll(() => replies.map(({ type }) => type)).toEqual(['taken', 'answer']);
  stop();
});

test('says that it goes when the page is put away', async () => {
  const { ports, window, stop } = started();
  const replies = heard(ports[0]!);
  window.dispatchEvent(new Event('pagehide'));
  await expect.poll(() => replies).toEqual([{ type: 'gone' }]);
  stop();
});
