// A small site: files of its own and, where it is told to, everything else from a server behind it, of which it keeps a list.
import { once } from 'node:events';
import { createServer, request } from 'node:http';

export interface Site {
  readonly origin: string;
  /** What was passed on, as `POST /v2/models/iris/infer`. */
  readonly passedOn: string[];
  close(): Promise<void>;
}

export interface SiteOptions {
  /** By path. `.html` and `.js` have their media type. */
  readonly files: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** On this machine; absent: there is nothing else. */
  readonly behind?: number;
}

export async function startSite({ files, headers = {}, behind }: SiteOptions): Promise<Site> {
  const passedOn: string[] = [];
  const server = createServer((asked, answer) => {
    const path = asked.url!.split('?')[0]!;
    const file = files[path];
    if (file !== undefined) {
      const type = path.endsWith('.js') ? 'text/javascript' : 'text/html';
      answer.writeHead(200, { ...headers, 'content-type': `${type}; charset=utf-8` }).end(file);
      return;
    }
    if (behind === undefined) return void answer.writeHead(404).end();
    passedOn.push(`${asked.method!} ${path}`);
    const to = { port: behind, host: 'localhost', method: asked.method, path: asked.url };
    const forwarded = request({ ...to, headers: asked.headers }, from => {
      answer.writeHead(from.statusCode ?? 502, from.headers);
      from.pipe(answer);
    });
    // As if nothing listened here at all.
    forwarded.on('error', () => answer.destroy());
    answer.on('close', () => forwarded.destroy());
    asked.pipe(forwarded);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('no port');
  return {
    origin: `http://localhost:${address.port}`,
    passedOn,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
