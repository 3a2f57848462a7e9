// `fetch` through the server's `embed.html` in a hidden frame: for pages of another origin, where the device's own models answer
// with what the frame's origin has stored for this site.
import {
  embedAbort,
  type EmbedAsk,
  embedAnswer,
  embedAsk,
  embedPath,
  embedReady,
  type EmbedReply,
  messageType,
} from '../core/protocol/twin-messages.ts';

/** A frame that says nothing for this long will not: it is refused here, or the server is away and was never here. */
const readyTimeoutMs = 10_000;

interface Waiting {
  resolve(response: Response): void;
  reject(error: Error): void;
}

const frames = new Map<string, Promise<typeof fetch>>();

/** One frame a server, shared by all clients of the page. */
export function frameFetch(url: string): Promise<typeof fetch> {
  const address = new URL(embedPath, url);
  const known = frames.get(address.href) ?? openFrame(address);
  frames.set(address.href, known);
  known.catch(() => frames.delete(address.href));
  return known;
}

async function openFrame(address: URL): Promise<typeof fetch> {
  const waiting = new Map<EmbedAsk['id'], Waiting>();
  const frame = document.createElement('iframe');
  frame.hidden = true;
  frame.title = 'Haversack';
  frame.src = address.href;
  await ready(frame, address, reply => {
    if (reply.type !== embedAnswer) return;
    const { status, headers, body } = reply;
    const isEmpty = [204, 205, 304].includes(status);
    waiting.get(reply.id)?.resolve(new Response(isEmpty ? null : body, { status, headers }));
    waiting.delete(reply.id);
  });
  let last = 0;
  return async (input, { method = 'GET', headers, body, signal } = {}) => {
    const id = ++last;
    const { pathname, search } = new URL(input as string);
    const say = (ask: EmbedAsk) => frame.contentWindow?.postMessage(ask, address.origin);
    return new Promise<Response>((resolve, reject) => {
      waiting.set(id, { resolve, reject });
      signal?.addEventListener('abort', () => {
        if (!waiting.delete(id)) return;
        say({ type: embedAbort, id });
        reject(signal.reason as Error);
      });
      const bytes = body instanceof Uint8Array ? (body as Uint8Array<ArrayBuffer>).slice().buffer : null;
      say({
        type: embedAsk,
        id,
        method,
        path: pathname + search,
        headers: Object.fromEntries(new Headers(headers)),
        body: bytes,
      });
    });
  };
}

/** Resolves when the frame has said that it listens; from then on `use` gets what it says. */
async function ready(
  frame: HTMLIFrameElement,
  address: URL,
  use: (reply: EmbedReply) => void,
): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const timer = setTimeout(() => {
      removeEventListener('message', listen);
      frame.remove();
      reject(new Error(`${address.href} does not answer in a frame: is this site allowed to embed it?`));
    }, readyTimeoutMs);
    const listen = ({ data, source, origin }: MessageEvent) => {
      if (source !== frame.contentWindow || origin !== address.origin || messageType(data) === null) return;
      const reply = data as EmbedReply;
      if (reply.type !== embedReady) return use(reply);
      clearTimeout(timer);
      resolve();
    };
    addEventListener('message', listen);
    document.body.append(frame);
  });
}
