import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { zipSync } from 'fflate';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { VersionDetail } from '../../src/core/artifact/registry-api.ts';
import { type Envelope, signDocument } from '../../src/core/artifact/signature.ts';
import { splitExternalData } from '../../src/core/onnx/external-data.ts';
import { castWeights } from '../../src/core/passes/cast-weights.ts';
import { quantizeBlocks } from '../../src/core/passes/quantize-blocks.ts';
import { convolutionModel } from '../core/onnx/models.ts';
import * as hostile from '../core/onnx/hostile-models.ts';
import { buildProgram, checkProcessSource } from './built-program.ts';
import { fuzzInputs, fuzzSeed, settled } from './fuzzing.ts';
import { classifier, labels, makeCandidate, push, upload } from './models.ts';
import { mutated, mutatedDocument, structureOf } from './mutations.ts';
import {
  type Answer,
  audienceOf,
  enrolDevice,
  startServer,
  type TestDevice,
  type TestServer,
} from './support.ts';

type Bytes = Uint8Array<ArrayBuffer>;

const endings: (() => void | Promise<void>)[] = [];
let server: TestServer;
let device: TestDevice;
let candidate: Envelope;
let pushBody: object;
let accepted = 0;

beforeAll(async () => {
  const checkProcess = await buildProgram(checkProcessSource, end => endings.push(end));
  server = await startServer({ checkProcess }, end => endings.unshift(end));
  device = await enrolDevice(server, 'trainer');
  const file = classifier();
  const detail = await push(server, 'sides', file);
  candidate = await makeCandidate(server, device, await device.token(audienceOf(server)), { detail, file });
  pushBody = { file: await upload(server, file), labels, note: 'x', evaluations: [], parent: 1 };
}, 120_000);
afterAll(async () => {
  for (const end of endings) await end();
});

const demo = (path: string): Bytes =>
  new Uint8Array(readFileSync(join(import.meta.dirname, '../../demo/models', path)));
const models = [
  classifier(),
  convolutionModel(),
  castWeights(convolutionModel()),
  quantizeBlocks(convolutionModel(8)),
  hostile.plainModel(),
  hostile.nestedGraphs(3),
  hostile.billionLaughs(2),
  demo('iris/1/model.onnx'),
  demo('digits/1/model.onnx'),
  demo('digits/1/model.int8.onnx'),
];

const { model, data } = splitExternalData(classifier(), 'all.bin', 64);
const archive = zipSync({ 'model.onnx': model, 'all.bin': data });

const put = (type: string) => (body: Bytes) =>
  server.ask('PUT', 'models/fuzzed/file', {
    token: server.key,
    body: Buffer.from(body),
    headers: { 'content-type': type },
  });

/** Whatever comes of it is an answer, and no error of ours. */
async function holds(asking: Promise<Answer>): Promise<void> {
  const answer = await settled(asking);
  expect(answer.status, JSON.stringify(answer.json['detail'])).toBeLessThan(500);
  if (answer.status === 201) accepted += 1;
  if (answer.status >= 400) {
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(answer.json['detail']).not.toContain(server.data);
  }
}

const campaigns = {
  models: {
    share: 0.6,
    input: mutated(models, structureOf).map(body => () => put('application/octet-stream')(body)),
  },
  weights: { share: 0.05, input: mutated(models).map(body => () => put('application/octet-stream')(body)) },
  archives: {
    share: 0.15,
    input: mutated([new Uint8Array(archive)]).map(body => () => put('application/zip')(body)),
  },
  documents: {
    share: 0.1,
    // `candidate` is there when the first is made.
    input: fc
      .constant(null)
      .chain(() => mutatedDocument(candidate.signed))
      .chain(signed =>
        fc.boolean().map(isSigned => async () => {
          const body = isSigned
            ? await signDocument(signed as never, device).catch(() => ({ ...candidate, signed }))
            : { ...candidate, signed };
          return server.ask('POST', 'candidates', { token: server.key, body });
        }),
      ),
  },
  pushes: {
    share: 0.1,
    input: fc
      .constant(null)
      .chain(() => mutatedDocument(pushBody))
      .map(body => () => server.ask('POST', 'models/fuzzed/versions', { token: server.key, body })),
  },
};

it.each(Object.entries(campaigns))(
  'mutated %s get an answer, and none is an error of ours',
  async (_name, { share, input }) => {
    const numRuns = Math.max(1, Math.round(fuzzInputs(300) * share));
    await fc.assert(
      fc.asyncProperty(input, async ask => {
        await holds(ask());
      }),
      { seed: fuzzSeed, numRuns, endOnFailure: true },
    );
  },
  fuzzInputs(300) * 1000 + 60_000,
);

it('what was taken can be derived from and read, and a model is taken as ever', async () => {
  await settled(server.deriver.idle());
  expect(accepted).toBeGreaterThan(0);
  expect((await server.ask('GET', 'models')).status).toBe(200);
  const detail = (await push(server, 'sides', classifier(9))).json as unknown as VersionDetail;
  expect(detail.manifest.signatures).toHaveLength(1);
}, 600_000);
