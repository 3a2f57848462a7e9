// The catalogue of errors as a page, twice: Markdown for the repository, HTML at the address that a problem's `type` names.
import { type ErrorCode, errorCatalogue, errorCodes } from '../../src/core/errors.ts';
import { marked, page } from './page.ts';

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
  return page(title, `<h1>${title}</h1>\n<p>${marked(intro)}</p>\n${sections.join('\n')}`);
}
