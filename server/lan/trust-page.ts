// The page, over plain HTTP, that says how to trust the local authority, and the authority's certificate. It serves nothing
// else: whoever cannot trust us yet has no secure channel, so there is nothing here to protect or to change.
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Authority } from './authority.ts';
import { type Language, trustText } from './trust-text.ts';

const caPath = '/haversack-ca.crt';

export interface TrustPageOptions {
  readonly authority: Authority;
  /** Of the HTTPS server; its address is the one that the visitor came to. */
  readonly httpsPort: number;
}

export function createTrustPage(options: TrustPageOptions): Server {
  const certificate = derOf(options.authority.certificate);
  return createServer((request, response) => {
    const { pathname, searchParams } = addressOf(request.url);
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    if (isRead && pathname === caPath) {
      send(response, 200, 'application/x-x509-ca-cert', certificate, {
        'Content-Disposition': 'attachment; filename="haversack-ca.crt"',
      });
    } else if (isRead && pathname === '/style.css') {
      send(response, 200, 'text/css; charset=utf-8', style);
    } else if (isRead && pathname === '/') {
      const language = languageOf(request, searchParams.get('lang'));
      const page = render(language, options.authority.fingerprint, httpsUrl(request, options.httpsPort));
      send(response, 200, 'text/html; charset=utf-8', page);
    } else {
      send(response, 404, 'text/plain; charset=utf-8', 'Not found\n');
    }
  });
}

/** What is no address (`//`) is asked for too, and must not end the process: it is nothing that is here. */
function addressOf(url = '/'): URL {
  const base = 'http://page.invalid';
  return URL.canParse(url, base) ? new URL(url, base) : new URL('/none', base);
}

/** `https://` and the address of this end of the connection: nothing that the visitor sent. */
function httpsUrl(request: IncomingMessage, port: number): string {
  const address = (request.socket.localAddress ?? '127.0.0.1').replace(/^::ffff:/i, '');
  return `https://${address.includes(':') ? `[${address}]` : address}:${port}/`;
}

function languageOf(request: IncomingMessage, asked: string | null): Language {
  const wish = asked ?? request.headers['accept-language'] ?? '';
  return /^\s*zh\b/i.test(wish) ? 'zh-CN' : 'en';
}

function send(
  response: ServerResponse,
  status: number,
  type: string,
  body: string | Buffer,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, {
    'Content-Type': type,
    'Content-Length': Buffer.byteLength(body),
    'Content-Security-Policy': "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'",
    'X-Content-Type-Options': 'nosniff',
    'Referrer-Policy': 'no-referrer',
    'Cache-Control': 'no-store',
    ...headers,
  });
  response.end(body);
}

function render(language: Language, fingerprint: string, url: string): string {
  const text = trustText[language];
  const systems = text.systems
    .map(
      ({ name, steps }) =>
        `<details><summary>${name}</summary><ol>${steps.map(step => `<li>${step}</li>`).join('')}</ol></details>`,
    )
    .join('\n');
  const other = language === 'en' ? 'zh-CN' : 'en';
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${text.title}</title>
<link rel="stylesheet" href="/style.css">
</head>
<body>
<main>
<p class="language"><a href="/?lang=${other}" lang="${other}">${trustText[other].name}</a></p>
<h1>${text.title}</h1>
<p>${text.why}</p>
<p><a class="button" href="${caPath}">${text.download}</a></p>
<p>${text.compare}</p>
<p class="fingerprint">${fingerprint}</p>
${systems}
<p><a class="button" href="${url}">${text.goOn}</a></p>
<p class="small">${text.limits}</p>
</main>
</body>
</html>
`;
}

function derOf(pem: string): Buffer {
  return Buffer.from(pem.replace(/-----[^-]+-----|\s/g, ''), 'base64');
}

const style = `
:root { color-scheme: light dark; font: 1.0625rem/1.5 system-ui, sans-serif; }
body { margin: 0; background: Canvas; color: CanvasText; }
main { max-width: 38rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.5rem; line-height: 1.25; }
.language { text-align: end; margin: 0; }
.button { display: inline-block; padding: .75rem 1.25rem; border-radius: .5rem; background: #1d5c42; color: #fff;
  text-decoration: none; font-weight: 600; }
.fingerprint { font-family: ui-monospace, monospace; font-size: .875rem; overflow-wrap: anywhere; }
.small { font-size: .9375rem; }
details { border-block-end: 1px solid GrayText; padding: .25rem 0; }
summary { padding: .75rem 0; font-weight: 600; cursor: pointer; }
:focus-visible { outline: 3px solid Highlight; outline-offset: 2px; }
`;
