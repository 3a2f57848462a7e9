// A page that runs one model alone, as files: what the build made of it, the runtime, the model, and what it knows of the model.
// Any host serves them as they are, and a browser opens them from a disk.
import { escapeHtml } from './escape-html.ts';
import { embeddedScript } from './embedded-files.ts';
import { freshAddress, modelScript, runtimeScript } from './embedded-names.ts';
import { factsElement, type PageAsks, type PageFacts, pageAsks } from './page-facts.ts';
import { partsOf } from './page-parts.ts';
import { pageReadme } from './page-readme.ts';
import { type Bytes, type Digest, sha256 } from '../artifact/digest.ts';
import type { VersionBody } from '../artifact/documents.ts';
import { HaversackError } from '../errors.ts';

/** In base64 it is a third larger, and a browser holds it a few times while the page opens. */
export const pageModelBytesAtMost = 128 * 2 ** 20;

/**
 * Nothing comes from elsewhere and nothing goes anywhere: the page loads scripts beside it, and fetches nothing. A camera's picture
 * and files that somebody chose are no addresses. An icon it says that it has, and none is in it: a browser would ask its host for
 * one, and Firefox complain that the policy forbids that. `file:` is for Firefox, where 'self' is nothing of a page that was opened as a
 * file (its nsCSPHostSrc compares hosts, and a file has none); elsewhere no page may load such addresses.
 */
const policy = [
  "default-src 'none'",
  "script-src 'self' file: 'wasm-unsafe-eval'",
  "style-src 'self' file:",
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

export interface PageFile {
  readonly path: string;
  readonly bytes: Bytes;
}

export interface PageOf {
  readonly body: Pick<VersionBody, 'model' | 'createdAt' | 'labels' | 'interface' | 'artifacts'>;
  /** Null: it is in no registry yet. */
  readonly version: number | null;
  readonly variant: string;
  /** Of that variant. */
  readonly file: Bytes;
  readonly licence: string | null;
}

/**
 * @param readPart what the build made, by its name below `pageFolder`
 * @param wasm ONNX Runtime's WebAssembly, of the build that `runtime.js` is of
 * @throws HaversackError `InputInvalid` for a model that a page cannot ask for, `TooLarge`; what `readPart` throws
 */
export async function composePage(
  of: PageOf,
  readPart: (name: string) => Promise<Bytes>,
  wasm: Bytes,
): Promise<PageFile[]> {
  const asks = requirePage(of);
  const parts = await Promise.all(
    partsOf(asks).map(async ({ from, to }) => ({ path: to, bytes: await readPart(from) })),
  );
  const facts = await factsOf(of, wasm);
  const text = (content: string) => new TextEncoder().encode(content);
  return [
    { path: 'index.html', bytes: text(htmlOf(facts, await addressesOf(parts))) },
    { path: 'README.txt', bytes: text(pageReadme(facts)) },
    ...parts,
    { path: runtimeScript, bytes: await embeddedScript(facts.runtime, wasm) },
    { path: modelScript, bytes: await embeddedScript(facts.file.digest, of.file) },
    { path: 'model.onnx', bytes: of.file },
    { path: 'manifest.json', bytes: text(`${JSON.stringify(facts, null, 2)}\n`) },
  ];
}

/** @throws HaversackError `InputInvalid`, `TooLarge` */
export function requirePage({
  body,
  file,
}: {
  readonly body: PageOf['body'];
  readonly file: Pick<Bytes, 'length'>;
}): PageAsks {
  const asks = pageAsks(body.interface);
  if (asks === null) {
    throw new HaversackError(
      'InputInvalid',
      `${body.model}: a page asks for a photo, a sound, a drawing or numbers: one input that says what it is, and a decision`,
    );
  }
  if (file.length > pageModelBytesAtMost) {
    throw new HaversackError(
      'TooLarge',
      `the model has ${file.length} bytes, a page holds ${pageModelBytesAtMost}; a smaller variant may do`,
    );
  }
  return asks;
}

async function factsOf({ body, version, variant, file, licence }: PageOf, wasm: Bytes): Promise<PageFacts> {
  return {
    model: body.model,
    version,
    variant,
    createdAt: body.createdAt,
    licence,
    dataLicence: body.artifacts.dataset?.licence ?? null,
    file: { digest: await sha256(file), bytes: file.length },
    runtime: await sha256(wasm),
    labels: body.labels,
    interface: body.interface,
  };
}

/** Of the parts that the HTML names. */
async function addressesOf(parts: readonly PageFile[]): Promise<(path: string) => string> {
  const digests = new Map<string, Digest>();
  for (const { path, bytes } of parts) digests.set(path, await sha256(bytes));
  return path => freshAddress(path, digests.get(path)!);
}

function htmlOf(facts: PageFacts, addressOf: (path: string) => string): string {
  const title = escapeHtml(facts.model);
  // In a block of data no entity is read, and only `</script` and `<!--` end it (HTML, section 4.12.1.3).
  const json = JSON.stringify(facts).replaceAll('<', '\\u003c');
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta http-equiv="Content-Security-Policy" content="${policy}" />
    <meta name="referrer" content="no-referrer" />
    <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover" />
    <meta name="color-scheme" content="light dark" />
    <title>${title}</title>
    <link rel="icon" href="data:," />
    <link rel="stylesheet" href="${addressOf('page.css')}" />
  </head>
  <body>
    <div id="app"></div>
    <noscript>${title} runs in this page and needs JavaScript for it.</noscript>
    <script type="application/json" id="${factsElement}">${json}</script>
    <script src="${addressOf('page.js')}"></script>
  </body>
</html>
`;
}
