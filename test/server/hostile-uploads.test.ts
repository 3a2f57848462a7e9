import { afterAll, beforeAll, expect, it } from 'vitest';
import { field, modelOf, node, value } from '../core/onnx/hostile-models.ts';
import * as hostile from '../core/onnx/hostile-models.ts';
import { buildProgram, checkProcessSource } from './built-program.ts';
import { classifier } from './models.ts';
import { startServer, type TestServer } from './support.ts';

const endings: (() => void | Promise<void>)[] = [];
let server: TestServer;

// One server for all: what one upload did to it, the next would meet.
beforeAll(async () => {
  const checkProcess = await buildProgram(checkProcessSource, end => endings.push(end));
  server = await startServer({ checkProcess }, end => endings.unshift(end));
}, 120_000);
afterAll(async () => {
  for (const end of endings) await end();
});

const put = (model: string, file: Uint8Array) =>
  server.ask('PUT', `models/${model}/file`, { token: server.key, body: Buffer.from(file) });

const last = field(1, node('Identity', 'x', 'y'));

it.each([
  ['graphs in graphs, 2,000 deep', hostile.nestedGraphs(2000), 413, 'graphDepth'],
  ['a type 3,000 deep', hostile.nestedTypes(3000), 413, 'typeDepth'],
  ['a million nodes', hostile.manyNodes(1_000_000), 413, 'nodes'],
  ['functions that are 10^9 nodes', hostile.billionLaughs(9), 413, 'inlinedNodes'],
  ['functions in a circle', hostile.selfCall(), 422, 'calls itself'],
  ['a weight of 2^126 numbers', hostile.hugeWeight(), 413, 'elements'],
  ['an input of 2^80 numbers', hostile.hugeInput(), 413, 'elements'],
  ['a name of 1 MiB', hostile.longName(2 ** 20), 413, 'nameBytes'],
  ['a length of 2^60', hostile.hugeLength(), 422, 'wants'],
  ['a number that does not end', hostile.endlessNumber(), 422, 'more than 10 bytes'],
  ['groups in groups, 100,000 deep', hostile.nestedGroups(100_000), 422, 'does not read as one'],
  ['nodes that wait for each other', hostile.cycle(), 422, 'acyclic'],
  ['an answer that is a sequence', hostile.sequenceOutput(), 422, "'s' is no tensor but a sequence"],
  ['a weight with −1 rows', hostile.negativeWeight(), 422, 'impossible shape'],
  [
    'weights above the folder',
    hostile.outsideWeight('../../admin.key'),
    422,
    'outside of the model’s folder',
  ],
  [
    'weights in a place of the system',
    hostile.outsideWeight('/etc/passwd'),
    422,
    'outside of the model’s folder',
  ],
  ['an input that appears twice', modelOf([last, field(11, value('x', [1]))]), 422, '(x)'],
  ['nothing but zeros', new Uint8Array(4096), 422, 'does not read as one'],
] as const)('%s: a clear refusal, and the server stays up', async (_what, file, status, detail) => {
  const answer = await put('hostile', file);
  expect({ status: answer.status, detail: answer.json['detail'] }).toEqual({
    status,
    detail: expect.stringContaining(detail),
  });
  expect((await server.ask('GET', '/v2/health/ready')).status).toBe(200);
});

it('afterwards a model is taken as ever', async () => {
  expect((await put('sides', classifier())).status).toBe(201);
  const { models } = (await server.ask('GET', 'models')).json as { models: { model: string }[] };
  expect(models.map(({ model }) => model)).toEqual(['sides']);
});
