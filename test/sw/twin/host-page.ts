// Pages as the service worker's side of the twin sees them: real message channels, and what such a page says on them.
import {
  type CallMessage,
  hostHere,
  type PortAsk,
  type PortReply,
} from '../../../src/core/protocol/twin-messages.ts';
import { Hosts, type HostTimes, type Window, type Windows } from '../../../src/sw/twin/hosts.ts';

/** Long enough that no machine is too slow; what is to run out has a time of its own. */
export const patient: HostTimes = {
  appMs: 60_000,
  otherMs: 60_000,
  becomeMs: 60_000,
  besideMs: 60_000,
  preferMs: 0,
};

export interface Page {
  readonly id: string;
  /** What the service worker told it. */
  readonly told: CallMessage[];
  onTold: (message: CallMessage) => void;
  /** Says that it computes, and hears what it is asked. */
  host(onAsk?: (ask: Ask, reply: (message: PortReply) => void) => void): MessagePort;
  say(data: unknown): void;
  /** Closes it as the browser does with one that is killed: without a word. */
  kill(): void;
}
export type Ask = Extract<PortAsk, { type: 'ask' }>;

/** The open pages of a browser, as it lists them; whose word they are is told when they are opened. */
export function hostsWindows() {
  const open = new Map<string, { readonly page: Page; readonly url: string }>();
  const windows: Windows = {
    list: () =>
      Promise.resolve(
        [...open.values()].map(({ page, url }): Window => ({
          id: page.id,
          url,
          isShown: true,
          post: message => {
            page.told.push(message);
            page.onTold(message);
          },
        })),
      ),
    isOpen: id => Promise.resolve(open.has(id)),
  };
  const page = (hosts: Hosts, id: string, url = 'https://haversack.test/'): Page => {
    const made: Page = {
      id,
      told: [],
      onTold: () => undefined,
      host(onAsk = answers) {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = ({ data }: MessageEvent<PortAsk>) => {
          if (data.type === 'ask') onAsk(data, message => port1.postMessage(message));
        };
        hosts.hear(id, { type: hostHere }, [port2]);
        return port1;
      },
      say: data => void hosts.hear(id, data, []),
      kill: () => void open.delete(id),
    };
    open.set(id, { page: made, url });
    return made;
  };
  return { windows, page };
}

export function browser(times: HostTimes = patient) {
  const { windows, page } = hostsWindows();
  const hosts = new Hosts(windows, times);
  return { hosts, page: (id: string, url?: string) => page(hosts, id, url) };
}

export const answerOf = (id: number, from: string): PortReply => ({
  type: 'answer',
  id,
  status: 200,
  headers: { 'x-from': from },
  body: new ArrayBuffer(0),
});

export function answers({ id }: Ask, reply: (message: PortReply) => void, from = 'a host'): void {
  reply({ type: 'taken', id });
  reply(answerOf(id, from));
}
