import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openBundle } from '../../../src/core/artifact/bundle.ts';
import { sourceOf } from '../../../server/storage/file-source.ts';
import { open } from 'node:fs/promises';
import { haversack, startedServer } from './captured.ts';
import { classifier } from '../models.ts';
import { patchInitializers } from '../../../src/core/onnx/patch.ts';
import { Graph } from '../../../src/core/onnx/graph.ts';

let server: Awaited<ReturnType<typeof startedServer>>;
let env: Record<string, string>;
const run = (...args: string[]) => haversack(server.folder, args, { env });

beforeAll(async () => {
  server = await startedServer();
  env = { HAVERSACK_URL: server.url };
  const file = classifier();
  const second = Graph.read(file).initializers.get('second')!;
  const changed = patchInitializers(file, new Map([['second', second]]));
  writeFileSync(join(server.folder, 'one.onnx'), file);
  writeFileSync(join(server.folder, 'two.onnx'), changed);
  for (const name of ['one.onnx', 'two.onnx']) {
    expect(await run('push', name, '--model', 'sides', '--labels', 'left,right')).toMatchObject({ code: 0 });
  }
  await server.derived();
});
afterAll(() => server.close());

async function bundleOf(path: string) {
  const file = await open(join(server.folder, path));
  try {
    return (await openBundle(await sourceOf(file))).bundle;
  } finally {
    await file.close();
  }
}

it('exports a version whole, and only what is new since another', async () => {
  const whole = await run('export', '--bundle', 'whole.haversack', 'sides@2', '--json');
  expect([whole.code, whole.err]).toEqual([0, '']);
  const delta = await run('export', '--bundle', 'delta.haversack', 'sides@2', '--since', '1', '--json');
  const [first, second] = [whole, delta].map(
    ({ out }) => JSON.parse(out) as { bytes: number; chunks: number },
  );
  expect(second!.chunks).toBeLessThan(first!.chunks);
  const bundle = await bundleOf('delta.haversack');
  expect(bundle.without).toMatchObject([{ model: 'sides', version: 1 }]);
  expect(bundle.versions).toHaveLength(1);
  expect(bundle.aliases).toHaveLength(1);
});

it('verifies a bundle, and says what is wrong with one', async () => {
  await run('export', '--bundle', 'good.haversack', 'sides');
  const good = await run('verify', 'good.haversack', '--json');
  expect([good.code, JSON.parse(good.out)]).toMatchObject([0, { versions: 1, candidates: 0, bad: [] }]);
  const bytes = readFileSync(join(server.folder, 'good.haversack'));
  bytes[bytes.length - 1]! ^= 1;
  writeFileSync(join(server.folder, 'bad.haversack'), bytes);
  const bad = await run('verify', 'bad.haversack');
  expect(bad.code).toBe(1);
  expect(bad.err).not.toBe('');
  const other = await run('verify', 'one.onnx');
  expect([other.code, other.err]).toEqual([
    1,
    expect.stringContaining('does not begin as a .haversack file'),
  ]);
});

it('imports a bundle: what the server has already is known, another registry’s version is refused', async () => {
  await run('export', '--bundle', 'own.haversack', 'sides@2');
  const own = await run('import', 'own.haversack', '--json');
  const items = (JSON.parse(own.out) as { items: { kind: string; outcome: string }[] }).items;
  expect(items.map(({ kind, outcome }) => [kind, outcome])).toEqual([
    ['version', 'known'],
    ['alias', 'known'],
  ]);
  expect(own.code).toBe(0);
  const elsewhere = await startedServer();
  try {
    cpSync(join(server.folder, 'own.haversack'), join(elsewhere.folder, 'own.haversack'));
    const foreign = await haversack(elsewhere.folder, ['import', 'own.haversack'], {
      env: { HAVERSACK_URL: elsewhere.url },
    });
    expect(foreign.code).toBe(1);
    expect(foreign.out).toContain('another registry');
  } finally {
    await elsewhere.close();
  }
});

it('says how it is used where it is used wrongly', async () => {
  expect(await run('export', '--bundle', 'x.haversack')).toMatchObject({ code: 2 });
  expect(await run('export')).toMatchObject({ code: 2 });
  expect(await run('export', '--bundle', 'x.haversack', 'sides', '--since', 'one')).toMatchObject({
    code: 2,
  });
  expect(await run('import', 'absent.haversack')).toMatchObject({ code: 1 });
});
