// A model of rows of numbers, made as a device makes it, sent to a registry: taken, quantized, answering there by /v2, judged and
// answered by the command, and followed by a version whose rows reach further.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Candidate } from '../../../src/core/artifact/documents.ts';
import type { VersionDetail } from '../../../src/core/artifact/registry-api.ts';
import { envelopeDigest, signDocument } from '../../../src/core/artifact/signature.ts';
import { seededRandom } from '../../../src/core/data/random.ts';
import { tensorLayout } from '../../../src/core/onnx/layout.ts';
import { makeRowEmbedder } from '../../../src/core/teach/row-embedder.ts';
import { fitRows } from '../../../src/core/teach/row-fit.ts';
import { float32 } from '../../../src/core/tensor.ts';
import { far } from '../../core/teach/heard.ts';
import { upload } from '../models.ts';
import { haversack } from '../cli/captured.ts';
import {
  audienceOf,
  enrolDevice,
  startServer,
  temporaryFolder,
  type TestDevice,
  type TestServer,
} from '../support.ts';
import { taughtCandidate } from './taught-candidate.ts';

/** In the order of their names, by which a file alone is judged. */
const names = ['high', 'low'];
const columns = ['volts', 'grams'];

/** [40, 2] about (1, 100) and (2, 300). */
function table() {
  const random = seededRandom(3);
  const labels = Int32Array.from({ length: 40 }, (_, i) => i % 2);
  const values = new Float32Array(80);
  labels.forEach((label, i) => {
    values.set([1 + label + 0.4 * random.uniform(), 100 + 200 * label + 50 * random.uniform()], 2 * i);
  });
  return { labels, values };
}

/** What a device sends of a project that was taught so, and the file. */
async function finished(device: string) {
  const { labels, values } = table();
  const fit = fitRows(values, 2);
  const made = await taughtCandidate({
    kind: 'row',
    model: 'cells',
    columns,
    names,
    embedder: await makeRowEmbedder(fit),
    taken: { kind: 'row', columns: 2 },
    ranges: Array.from(fit.low, (low, i): [number, number] => [low, fit.high[i]!]),
    shown: { row: float32([40, 2], values) },
    labels,
    device,
  });
  return { ...made, values };
}

type Made = Awaited<ReturnType<typeof finished>>;

async function send(server: TestServer, made: Made, candidate: Candidate, device: TestDevice) {
  const token = () => device.token(audienceOf(server));
  await upload(server, made.file, await token(), tensorLayout(made.file));
  const { recorded } = candidate.artifacts;
  const parts = recorded!.file.chunks.map(({ digest }) => Buffer.from(made.chunks.get(digest)!));
  await upload(server, Uint8Array.from(Buffer.concat(parts)), await token());
  const body = await signDocument(candidate, device);
  return server.ask('POST', 'candidates', { token: await token(), body });
}

describe('a model of rows that a device founds', () => {
  it('is taken, says its columns, gets int8 weights, answers, and may be followed by rows that reach further', async () => {
    const server = await startServer();
    const device = await enrolDevice(server, 'trainer');
    const made = await finished(device.keyId);
    expect(await send(server, made, made.candidate, device)).toMatchObject({
      status: 201,
      json: { model: 'cells', version: 1 },
    });
    await server.deriver.idle();
    const { json } = await server.ask('GET', '/v2/models/cells');
    expect(json['inputs']).toEqual([{ name: 'row', datatype: 'FP32', shape: [-1, 2] }]);
    expect(JSON.stringify(json['parameters'])).toContain('volts');
    const detail = await server.ask('GET', 'models/cells/versions/1');
    expect(JSON.stringify(detail.json)).toContain('int8');
    const inputs = [{ name: 'row', datatype: 'FP32', shape: [40, 2], data: [...made.values] }];
    const answered = await server.ask('POST', '/v2/models/cells/infer', { body: { inputs } });
    expect(answered.status).toBe(200);
    const [{ data: got }] = answered.json['outputs'] as [{ data: number[] }];
    expect(far(got, [...made.probabilities])).toBeLessThan(1e-4);

    const [input] = made.candidate.interface.inputs;
    const wider = {
      kind: 'features' as const,
      names: columns,
      units: [null, null],
      ranges: [[-9, 9] as [number, number], [0, 999] as [number, number]],
    };
    const next: Candidate = {
      ...made.candidate,
      parent: {
        version: 1,
        digest: await envelopeDigest((detail.json as unknown as VersionDetail).manifest),
      },
      interface: { ...made.candidate.interface, inputs: [{ ...input!, meaning: wider }] },
      createdAt: '2026-11-27T13:00:00.000Z',
    };
    expect(await send(server, made, next, device)).toMatchObject({ status: 201, json: { version: 2 } });
  });

  it('is judged by the command on a table, as any model of columns', async () => {
    const made = await finished('0'.repeat(64));
    const folder = temporaryFolder();
    await writeFile(join(folder, 'cells.onnx'), made.file);
    const { labels, values } = table();
    const lines = [...labels].map((label, i) => [values[2 * i], values[2 * i + 1], names[label]].join(','));
    await writeFile(join(folder, 'cells.csv'), [`${columns.join()},kind`, ...lines].join('\n'));
    const judged = await haversack(folder, [
      'evaluate',
      'cells.onnx',
      '--data',
      'cells.csv',
      '--target',
      'kind',
      '--json',
    ]);
    expect(judged).toMatchObject({ code: 0 });
    // Whoever has but the file knows no labels: classes are taken in the order of their names.
    expect(JSON.parse(judged.out)).toMatchObject({ metrics: { accuracy: 1 } });
  });
});
