// Applications that know nothing of Haversack but its address: pages and a worker of the same origin, and pages of others that
// embed the frame. Plain files, as somebody else writes them: two of them are just what `docs/offline-api.md` shows.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const docs = readFileSync(join(import.meta.dirname, '../../../docs/offline-api.md'), 'utf8');
const [, fetching, becomingLines] = docs.split(/^```js\n/m).map(part => part.split('\n```')[0]!);
const [, embeddingPage] = docs.split(/^```html\n/m).map(part => part.split('\n```')[0]!);

const page = (script: string) =>
  `<!doctype html><title>Theirs</title><script type="module">${script}</script>`;

/** `ask(path, init)`: what came back, as text. */
const ask = `
  globalThis.ask = async (path, { headers = {}, body, ...init } = {}) => {
    const response = await fetch(path, { ...init, headers, body });
    const by = response.headers.get('Haversack-Answered-By');
    return { status: response.status, by, text: await response.text() };
  };
  /** The same with bodies in base64, as bytes. */
  globalThis.askBytes = async (path, { bytes, ...init }) => {
    const body = bytes === undefined ? undefined : Uint8Array.from(atob(bytes), char => char.charCodeAt(0));
    const response = await fetch(path, { ...init, body });
    const answer = new Uint8Array(await response.arrayBuffer());
    const text = Array.from(answer, byte => String.fromCharCode(byte)).join('');
    return { status: response.status, headers: Object.fromEntries(response.headers), bytes: btoa(text) };
  };`;

/** Asks by plain fetch, and through a worker. */
const asking = `${ask}
  const worker = new Worker('/theirs/worker.js', { type: 'module' });
  globalThis.askWorker = (path, init) => new Promise(resolve => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.postMessage({ path, init });
  });`;

const worker = `${ask}
  onmessage = async ({ data: { path, init } }) => postMessage(await ask(path, init));`;

/** Below the origin of the app. */
export const ownFiles: Readonly<Record<string, string>> = {
  '/theirs/page.html': page(asking),
  '/theirs/worker.js': worker,
  '/theirs/becoming.html': page(`${ask}\n${becomingLines!}`),
  '/theirs/example.html': page(fetching!),
};

/** On an origin of its own, with the frame of `haversack` in it. */
export function embedding(haversack: string): Readonly<Record<string, string>> {
  return {
    '/': page(`
      const frame = document.createElement('iframe');
      frame.src = '${haversack}/embed.html';
      frame.hidden = true;
      const waiting = new Map();
      globalThis.answers = [];
      globalThis.ready = new Promise(resolve => {
        addEventListener('message', ({ data, source, origin }) => {
          if (source !== frame.contentWindow || origin !== '${haversack}') return;
          if (data.type === 'haversack:ready') resolve(true);
          if (data.type === 'haversack:answer') {
            answers.push(data.id);
            waiting.get(data.id)?.(data);
          }
        });
      });
      globalThis.ask = (path, init = {}, id = Math.random()) => new Promise(resolve => {
        waiting.set(id, ({ status, headers, body }) =>
          resolve({ status, by: headers['haversack-answered-by'], text: new TextDecoder().decode(body) }));
        frame.contentWindow.postMessage({ type: 'haversack:ask', id, path, method: 'GET', ...init }, '${haversack}');
      });
      document.body.append(frame);`),
    '/example.html': embeddingPage!.replaceAll('https://models.example', haversack),
    // Put beside the frame by the page above: has a reference to it, and may not use it.
    '/sibling.html': page(`
      addEventListener('message', ({ data }) => {
        parent.frames[0].postMessage({ type: 'haversack:ask', id: data, path: '/v2', method: 'GET' }, '*');
        parent.postMessage('tried', '*');
      });
      addEventListener('message', ({ data }) => { if (data.type === 'haversack:answer') parent.postMessage('heard', '*'); });`),
  };
}
