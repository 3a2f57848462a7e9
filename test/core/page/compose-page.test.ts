import { describe, expect, it } from 'vitest';
import { sha256 } from '../../../src/core/artifact/digest.ts';
import type { ModelInterface } from '../../../src/core/artifact/interface.ts';
import { composePage, pageModelBytesAtMost, requirePage } from '../../../src/core/page/compose-page.ts';
import type { PageFacts } from '../../../src/core/page/page-facts.ts';

const face: ModelInterface = {
  inputs: [
    {
      name: 'x',
      datatype: 'FP32',
      shape: [-1, 1],
      meaning: { kind: 'features', names: ['a'], units: [null], ranges: null },
    },
  ],
  outputs: [{ name: 'y', datatype: 'FP32', shape: [-1, 1], meaning: { kind: 'value', unit: null } }],
  decision: { kind: 'value', output: 'y' },
};
const body = {
  model: 'wine',
  createdAt: '2026-11-27T05:00:00.000Z',
  labels: ['</script><script>alert(1)</script>', '<!--'],
  interface: face,
  artifacts: { dataset: null, recorded: null, topology: null },
};
const bytes = (text: string) => new TextEncoder().encode(text);
/** What the build made, each as its own name. */
const readPart = (name: string) => Promise.resolve(bytes(name));
const of = { body, version: 3, variant: 'int8', file: bytes('model'), licence: 'CC BY 4.0' };

async function composed(): Promise<Map<string, string>> {
  const files = await composePage(of, readPart, bytes('wasm'));
  return new Map(files.map(file => [file.path, new TextDecoder().decode(file.bytes)]));
}

describe('a page of files', () => {
  it('has the model, the runtime, what the build made, and how to open it', async () => {
    const files = await composed();
    expect([...files.keys()].sort()).toEqual(
      [
        'LICENSES.txt',
        'README.txt',
        'index.html',
        'manifest.json',
        'model.js',
        'model.onnx',
        'page.css',
        'page.js',
        'runtime-wasm.js',
        'runtime.js',
      ].sort(),
    );
    expect(files.get('model.onnx')).toBe('model');
    expect(files.get('page.js')).toBe('sample.js');
    expect(files.get('page.css')).toBe('page.css');
    expect(files.get('README.txt')).toMatch(
      /wine, version 3\nMade 2026-11-27 · int8 · 5 bytes[^]*CC BY 4\.0/,
    );
  });

  it('says in its HTML what the model is, whatever its labels are', async () => {
    const html = (await composed()).get('index.html')!;
    const blocks = [...html.matchAll(/<script type="application\/json" id="facts">([^]*?)<\/script>/g)];
    expect(blocks).toHaveLength(1);
    const facts = JSON.parse(blocks[0]![1]!) as PageFacts;
    expect(facts).toEqual(JSON.parse((await composed()).get('manifest.json')!));
    expect(facts).toMatchObject({
      model: 'wine',
      version: 3,
      licence: 'CC BY 4.0',
      labels: body.labels,
      interface: face,
      file: { bytes: 5 },
    });
    expect(blocks[0]![1]).not.toContain('<');
  });

  it('has what hears where its model takes sounds', async () => {
    const sound: ModelInterface = {
      ...face,
      inputs: [
        {
          name: 'x',
          datatype: 'FP32',
          shape: [-1, 16_000],
          meaning: { kind: 'waveform', sampleRate: 16_000 },
        },
      ],
    };
    const files = await composePage({ ...of, body: { ...body, interface: sound } }, readPart, bytes('wasm'));
    const paths = files.map(({ path }) => path);
    expect(paths).toContain('listener.js');
    expect((await composed()).has('listener.js')).toBe(false);
  });

  it('lets scripts beside it run, and nothing else in or out', async () => {
    const html = (await composed()).get('index.html')!;
    const policy = /http-equiv="Content-Security-Policy"\s+content="([^"]*)"/.exec(html)![1];
    expect(policy).toBe(
      "default-src 'none'; script-src 'self' file: 'wasm-unsafe-eval'; style-src 'self' file:; img-src data:; base-uri 'none'; form-action 'none'",
    );
    const prefix = async (text: string) => (await sha256(bytes(text))).slice(0, 12);
    // No cache has what an older page had there.
    expect([...html.matchAll(/(?:src|href)="([^"]*)"/g)].map(match => match[1])).toEqual([
      'data:,',
      `page.css?${await prefix('page.css')}`,
      `page.js?${await prefix('sample.js')}`,
    ]);
  });

  it('says which model and which runtime its scripts are to bring, and they do', async () => {
    const files = await composed();
    const { file, runtime } = JSON.parse(files.get('manifest.json')!) as PageFacts;
    expect([file.digest, runtime]).toEqual([await sha256(bytes('model')), await sha256(bytes('wasm'))]);
    expect(files.get('model.js')).toContain(`("${file.digest}",`);
    expect(files.get('runtime-wasm.js')).toContain(`("${runtime}",`);
  });

  it('is of no model that a page cannot ask for, and of none that is too large', () => {
    expect(() =>
      requirePage({ body: { ...body, interface: { ...face, decision: null } }, file: of.file }),
    ).toThrow(/one input that says what it is/);
    expect(() => requirePage({ body, file: { length: pageModelBytesAtMost + 1 } })).toThrow(
      /134217729 bytes/,
    );
    expect(() => requirePage({ body, file: { length: pageModelBytesAtMost } })).not.toThrow();
  });
});
