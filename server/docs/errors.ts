// The catalogue of errors as a page, twice: Markdown for the repository, HTML at the address that a problem's `type` names.
import type { FastifyInstance } from 'fastify';
import { type ErrorCode, errorCatalogue, errorCodes } from '../../src/core/errors.ts';

const title = 'Errors';
const intro =
  'Every failure of Haversack has one of these codes, in the app, on the command line and over HTTP, where it comes as problem details (RFC 9457) with `code`, `detail` (what exactly) and `remedy`. The number is the HTTP status.';

interface Group {
  readonly heading: string;
  readonly codes: readonly ErrorCode[];
}

/** By who can do something about it: the status' class. */
function groups(): readonly Group[] {
  const of = (first: number) =>
    errorCodes.filter(code => Math.floor(errorCatalogue[code].status / 100) === first);
  return [
    { heading: 'What was asked for cannot be done', codes: of(4) },
    { heading: 'Something failed on the way', codes: of(5) },
  ];
}

/** What `docs/errors.md` holds; `npm run docs:errors` writes it. */
export function errorsMarkdown(): string {
  const sections = groups().map(({ heading, codes }) => {
    const entries = codes.map(code => {
      const { status, title: what, remedy } = errorCatalogue[code];
      return `### ${code}\n\n${status}. ${what}\n\n${remedy}\n`;
    });
    return `## ${heading}\n\n${entries.join('\n')}`;
  });
  return `# ${title}\n\n${intro}\n\nMade from \`src/core/errors.ts\` by \`npm run docs:errors\`.\n\n${sections.join('\n')}`;
}

/** The same with an anchor for every code; no script, and no style but the page's own file. */
export function errorsHtml(): string {
  const sections = groups().map(({ heading, codes }) => {
    const entries = codes.map(code => {
      const { status, title: what, remedy } = errorCatalogue[code];
      return `<article id="${code}"><h3><a href="#${code}">${code}</a> <small>${status}</small></h3>
<p>${marked(what)}</p>
<p>${marked(remedy)}</p></article>`;
    });
    return `<h2>${heading}</h2>\n${entries.join('\n')}`;
  });
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · Haversack</title>
<link rel="stylesheet" href="/docs/style.css">
</head>
<body>
<main>
<p><a href="/">Haversack</a></p>
<h1>${title}</h1>
<p>${marked(intro)}</p>
${sections.join('\n')}
</main>
</body>
</html>
`;
}

/** Text of ours as HTML, with `code` as such. */
function marked(text: string): string {
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return escaped.replace(/`([^`]+)`/g, '<code>$1</code>');
}

export function registerDocs(app: FastifyInstance): void {
  const html = errorsHtml();
  app.get('/docs/errors', (_request, reply) =>
    reply.header('Content-Type', 'text/html; charset=utf-8').header('Cache-Control', 'no-cache').send(html),
  );
  app.get('/docs/style.css', (_request, reply) =>
    reply.header('Content-Type', 'text/css; charset=utf-8').header('Cache-Control', 'no-cache').send(style),
  );
}

const style = `
:root { color-scheme: light dark; font: 1.0625rem/1.5 system-ui, sans-serif; }
body { margin: 0; background: Canvas; color: CanvasText; }
main { max-width: 40rem; margin: 0 auto; padding: 1rem; }
h1, h2, h3 { line-height: 1.25; }
h3 { margin-block-end: .25rem; font-family: ui-monospace, monospace; }
h3 a { color: inherit; text-decoration: none; }
article { padding: .25rem .75rem; border-inline-start: 4px solid transparent; }
article:target { border-color: Highlight; }
article p { margin-block: .25rem; }
:focus-visible { outline: 3px solid Highlight; outline-offset: 2px; }
`;
