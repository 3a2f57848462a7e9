// The package as others get it: built, installed into a folder of its own, type-checked there with what the docs and the examples
// do with it, and run.
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../server/support.ts';
import { type Served, serveDemo } from './served.ts';

const root = join(import.meta.dirname, '../..');
const atEnd: (() => void | Promise<void>)[] = [];
let server: Served;
let folder: string;
let built: string;
let entry: readonly string[];

beforeAll(async () => {
  const keep = (clean: () => void | Promise<void>) => void atEnd.unshift(clean);
  server = await serveDemo(keep);
  folder = temporaryFolder(keep);
  built = join(folder, 'node_modules/haversack/dist/client');
  mkdirSync(built, { recursive: true });
  // A program of its own: what it does to the process (NODE_ENV, its caches) is not these tests'.
  await node(root, ['--input-type=module', '-e', buildScript, built, join(folder, 'served')]);
  entry = readdirSync(built).filter(name => /^(index|client-[\w-]+)\.js$/.test(name));
  cpSync(join(root, 'package.json'), join(folder, 'node_modules/haversack/package.json'));
  for (const name of ['onnxruntime-node', 'onnxruntime-common', '@types', 'undici-types']) {
    symlinkSync(join(root, 'node_modules', name), join(folder, 'node_modules', name));
  }
  cpSync(join(root, 'examples'), join(folder, 'examples'), { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  docs.forEach((code, i) => writeFileSync(join(folder, `block-${i + 1}.ts`), code));
}, 120_000);
afterAll(async () => {
  for (const clean of atEnd) await clean();
});

const buildScript = `
  process.env.NODE_ENV = 'production';
  const { buildClient } = await import(${JSON.stringify(pathToFileURL(join(root, 'scripts/build-client.mjs')).href)});
  await buildClient(await import('vite'), process.argv[1], process.argv[2]);
`;

/** The blocks of the page, in order. */
const docs = [...readFileSync(join(root, 'docs/client.md'), 'utf8').matchAll(/^```ts\n([^]*?)^```$/gm)].map(
  ([, code]) => code!,
);

async function node(cwd: string, args: readonly string[]): Promise<string> {
  const env = { ...process.env, HAVERSACK_URL: server.url };
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd, env });
  return stdout;
}

/** The program as Node runs it; a page that says localhost:8787 means the server of this test. */
function runnable(code: string): string {
  const { outputText } = ts.transpileModule(code, {
    compilerOptions: { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext },
  });
  return outputText.replaceAll('http://localhost:8787', server.url);
}

describe('the package', () => {
  it('is at most 8 kB gzipped, for what loads at once', () => {
    const sizes = entry.map(name => gzipSync(readFileSync(join(built, name)), { level: 9 }).length);
    expect(entry).toHaveLength(2);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(8_000);
  });

  it('imports nothing but its own files', () => {
    for (const name of readdirSync(built).filter(file => file.endsWith('.js'))) {
      const { importedFiles } = ts.preProcessFile(readFileSync(join(built, name), 'utf8'));
      for (const { fileName } of importedFiles) expect(fileName, name).toMatch(/^\.\/[\w-]+\.js$/);
    }
  });

  it('asks the server all the same where the files of its other parts are gone', async () => {
    const bare = join(folder, 'bare');
    mkdirSync(bare);
    for (const name of entry) cpSync(join(built, name), join(bare, name));
    const code = `
      import { HaversackClient } from './index.js';
      const options = { runtime: () => import('onnxruntime-node'), batch: { maxRows: 4, maxDelayMs: 1 } };
      const client = new HaversackClient({ url: process.env.HAVERSACK_URL, ...options });
      console.log((await client.predict('iris', [5.1, 3.5, 1.4, 0.2])).rows[0].label);
      await client.close();
    `;
    writeFileSync(join(bare, 'use.mjs'), code);
    expect(await node(bare, ['use.mjs'])).toBe('setosa\n');
  });

  it('has types that hold without any others, with the DOM or with Node, for what docs and examples do', () => {
    const use = join(folder, 'use.ts');
    writeFileSync(use, "export * from 'haversack/client';\n");
    expect(complaints([use], { lib: ['lib.es2022.d.ts', 'lib.dom.d.ts'], types: [] })).toEqual([]);
    const examples = ['typed.ts', 'node.mjs', 'offline.mjs'].map(name => join(folder, 'examples', name));
    const blocks = docs.map((_, i) => join(folder, `block-${i + 1}.ts`));
    const wrong = join(folder, 'wrong.ts');
    const typed = readFileSync(join(folder, 'examples/typed.ts'), 'utf8');
    writeFileSync(
      wrong,
      typed.replace('petal_width_cm: 2.5 }', '}').replace('outputs.probabilities', 'outputs.scores'),
    );
    const found = complaints([use, wrong, ...examples, ...blocks], {
      lib: ['lib.es2023.d.ts'],
      types: ['node'],
    });
    expect(found).toEqual([
      expect.stringMatching(/^wrong\.ts 2741: /),
      expect.stringMatching(/^wrong\.ts 2339: /),
    ]);
  }, 120_000);
});

/** What the compiler says of the files, and of the package's own declarations: those of others are theirs to mend. */
function complaints(files: string[], more: ts.CompilerOptions): string[] {
  const program = ts.createProgram(files, {
    strict: true,
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    allowJs: true,
    ...more,
  });
  const own = program.getSourceFiles().filter(({ fileName }) => fileName.startsWith(folder));
  expect(own.some(({ fileName }) => fileName.endsWith('sdk/client.d.ts'))).toBe(true);
  return own
    .flatMap(file => [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)])
    .map(({ code, messageText, file }) => {
      const text = ts.flattenDiagnosticMessageText(messageText, ' ');
      return `${file?.fileName.slice(folder.length + 1) ?? ''} ${code}: ${text}`;
    });
}

describe('the docs', () => {
  it('do what they say', async () => {
    // In one process, one after the other; each has its own modules' state.
    docs.forEach((code, i) => writeFileSync(join(folder, `block-${i + 1}.mjs`), runnable(code)));
    writeFileSync(
      join(folder, 'blocks.mjs'),
      docs.map((_, i) => `console.log('—'); await import('./block-${i + 1}.mjs');`).join('\n'),
    );
    const said = (await node(folder, ['blocks.mjs'])).split('—\n').slice(1);
    expect(said).toHaveLength(docs.length);
    expect(said).toEqual([
      expect.stringMatching(/^setosa 0\.99\d* 2 server\n$/),
      '',
      '1\n',
      '3\n',
      expect.stringMatching(/^InputInvalid row 1: sepal_width_cm is missing; wanted /),
      'setosa virginica versicolor\n',
      'device fp32\n',
      expect.stringMatching(/^iris 2 server \d/),
    ]);
  }, 60_000);
});

describe('the examples', () => {
  it.each([
    ['node.mjs', /iris@2 by server in [\d.]+ ms\nsetosa [\d.]+\niris@2 [^\n]*\nvirginica, versicolor\n/],
    [
      'offline.mjs',
      /^iris: The server cannot be reached\. It is computed here\.\nvirginica by the device\n$/,
    ],
  ])('run: %s', async (name, expected) => {
    expect(await node(folder, [`examples/${name}`])).toMatch(expected);
  });

  it('run: typed.ts', async () => {
    writeFileSync(
      join(folder, 'typed.mjs'),
      runnable(readFileSync(join(folder, 'examples/typed.ts'), 'utf8')),
    );
    expect(await node(folder, ['typed.mjs'])).toBe('virginica, virginica 6\n');
  });
});
