// The API's description as a page: the OpenAPI document for people, with a search that needs no script and a command for each
// operation that has an example.
import { errorCatalogue, errorCodes } from '../../src/core/errors.ts';
import { accessTable } from '../gateway/access.ts';
import { type OpenApi, type OperationObject, rightText } from './openapi.ts';
import type { Operation } from './operation.ts';
import { sections } from './operations.ts';
import { escaped, marked, page } from './page.ts';
import { filled, placeOf } from './route-path.ts';

interface Described {
  readonly line: string;
  readonly operation: Operation;
  readonly object: OperationObject;
}

/** @param query what is searched for, in paths, summaries and explanations; all where it is empty */
export function referenceHtml(document: OpenApi, query: string): string {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const shown = sections
    .map(({ title, operations }) => ({ title, found: find(document, operations, words) }))
    .filter(({ found }) => found.length > 0);
  const count = shown.reduce((sum, { found }) => sum + found.length, 0);
  const used = new Set(shown.flatMap(({ found }) => found.flatMap(({ object }) => schemasOf(object))));
  const content = `<h1>HTTP API</h1>
<p>${marked(String(document.info['description']))} As a document: <a href="/docs/openapi.json">OpenAPI ${document.openapi}</a>.</p>
<form role="search" action="/docs">
<input type="search" name="q" aria-label="Search the API" placeholder="Search: alias, infer, DELETE …" value="${escaped(query)}">
<button>Search</button>
</form>
${query === '' ? contents(shown) : `<p role="status">${count === 0 ? 'Nothing' : count} found for “${escaped(query)}”. <a href="/docs">Show all</a></p>`}
${shown.map(({ title, found }) => `<h2 id="${anchor(title)}">${title}</h2>\n${found.map(article).join('\n')}`).join('\n')}
${used.size === 0 ? '' : `<h2 id="schemas">Schemas</h2>\n${schemaArticles(document, used)}`}`;
  return page('HTTP API', content);
}

function find(
  document: OpenApi,
  operations: Readonly<Record<string, Operation>>,
  words: readonly string[],
): Described[] {
  return Object.entries(operations).flatMap(([line, operation]) => {
    const { method, path } = placeOf(line);
    const object = document.paths[path]?.[method.toLowerCase()];
    if (!object) return [];
    const text = `${method} ${path} ${operation.summary} ${operation.about ?? ''}`.toLowerCase();
    return words.every(word => text.includes(word)) ? [{ line, operation, object }] : [];
  });
}

function contents(shown: readonly { readonly title: string }[]): string {
  const links = shown.map(({ title }) => `<a href="#${anchor(title)}">${title}</a>`);
  return `<nav aria-label="On this page">${links.join(' ')} <a href="#schemas">Schemas</a></nav>`;
}

const anchor = (title: string): string => title.toLowerCase().replace(/\W+/g, '-');

function article({ line, operation, object }: Described): string {
  const { method, path } = placeOf(line);
  const id = String(object['operationId']);
  const parts = [
    `<h3><a href="#${id}"><span class="method">${method}</span> ${escaped(path)}</a></h3>`,
    `<p>${marked(operation.summary)}. ${marked(rightText(accessTable[line]!))}</p>`,
    operation.about === undefined ? '' : `<p>${marked(operation.about)}</p>`,
    parameterTable(object),
    bodyLine(operation, object),
    answerTable(object),
    operation.example ? `<pre tabindex="0" aria-label="Example">${escaped(curl(line, operation))}</pre>` : '',
  ];
  return `<article id="${id}">${parts.filter(Boolean).join('\n')}</article>`;
}

function parameterTable(object: OperationObject): string {
  const parameters = object['parameters'] as {
    name: string;
    in: string;
    required?: boolean;
    description?: string;
    schema: object;
  }[];
  if (parameters.length === 0) return '';
  const rows = parameters.map(({ name, in: where, required, description, schema }) => {
    const what = [where + (required ? ', required' : ''), description ?? ''].filter(Boolean).join(': ');
    return `<tr><th scope="row"><code>${escaped(name)}</code></th><td>${marked(what)} <code>${escaped(JSON.stringify(schema))}</code></td></tr>`;
  });
  return `<table class="parameters"><tbody>${rows.join('')}</tbody></table>`;
}

function bodyLine({ body }: Operation, object: OperationObject): string {
  if (!body) return '';
  const types = Object.entries(object['requestBody'] as { content: object })
    .filter(([key]) => key === 'content')
    .flatMap(([, content]) => Object.keys(content));
  const what =
    'schema' in body ? schemaLinks(schemasOf(object['requestBody'] as object)) : marked(body.about);
  return `<p>Body: ${what} (${types.map(type => `<code>${type}</code>`).join(', ')})</p>`;
}

function answerTable({ responses }: OperationObject): string {
  const rows = Object.entries(responses).map(([status, response]) => {
    const names = schemasOf(response).filter(name => name !== 'Problem');
    const text = names.length > 0 ? schemaLinks(names) : withErrorLinks(String(response['description']));
    return `<tr><th scope="row">${status}</th><td>${text}</td></tr>`;
  });
  return `<table><tbody>${rows.join('')}</tbody></table>`;
}

/** Each code leads to what it means and what to do. */
function withErrorLinks(description: string): string {
  return marked(description).replace(/\b([A-Z][A-Za-z]+): /g, (whole, code: string) =>
    errorCodes.some(known => known === code)
      ? `<a href="/docs/errors#${code}" title="${escaped(errorCatalogue[code as keyof typeof errorCatalogue].remedy)}">${code}</a>: `
      : whole,
  );
}

function schemaLinks(names: readonly string[]): string {
  return names.map(name => `<a href="#schema-${name}">${name}</a>`).join(', ');
}

/** Names of the components that are referred to anywhere within. */
function schemasOf(within: object): string[] {
  const found = JSON.stringify(within).matchAll(/"#\/components\/schemas\/(\w+)"/g);
  return [...new Set([...found].map(([, name]) => name!))];
}

function schemaArticles({ components: { schemas } }: OpenApi, used: ReadonlySet<string>): string {
  const all = new Set(used);
  // A set visits what is added while it is walked: what a schema refers to is shown too.
  for (const name of all) for (const other of schemasOf(schemas[name] ?? {})) all.add(other);
  return [...all]
    .sort()
    .map(
      name =>
        `<article id="schema-${name}"><details><summary><code>${name}</code></summary><pre tabindex="0">${escaped(JSON.stringify(schemas[name], null, 2))}</pre></details></article>`,
    )
    .join('\n');
}

/** For a shell with HAVERSACK_URL and HAVERSACK_KEY. */
function curl(line: string, { example }: Operation): string {
  const { method, path } = placeOf(line);
  const { path: values = {}, query = '', headers = {}, body } = example!;
  const lines = [
    `curl ${method === 'GET' ? '' : `-X ${method} `}"$HAVERSACK_URL${filled(path, values)}${query}"`,
    ...(accessTable[line] === 'public' ? [] : ['-H "Authorization: Bearer $HAVERSACK_KEY"']),
    ...Object.entries(headers).map(([name, value]) => `-H '${name}: ${value}'`),
    ...(body === undefined ? [] : ["-H 'Content-Type: application/json'", `-d '${JSON.stringify(body)}'`]),
  ];
  return lines.join(' \\\n  ');
}
