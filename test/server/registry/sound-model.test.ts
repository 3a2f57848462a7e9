// A model of sounds, made as a device makes it, sent to a registry: taken, quantized, and answering there.
import { describe, expect, it } from 'vitest';
import { tensorLayout } from '../../../src/core/onnx/layout.ts';
import { signDocument } from '../../../src/core/artifact/signature.ts';
import { makeSoundEmbedder } from '../../../src/core/teach/sound-embedder.ts';
import { far } from '../../core/teach/heard.ts';
import { type Signal, signalOf, soundsTensor } from '../../core/teach/sounds.ts';
import { upload } from '../models.ts';
import { audienceOf, enrolDevice, startServer, type TestServer } from '../support.ts';
import { taughtCandidate } from './taught-candidate.ts';

const names: readonly Signal[] = ['hiss', 'clap', 'rising'];
const each = 6;

/** What a device sends of a project that was taught so, and the file. */
async function finished(device: string) {
  const sounds = names.flatMap(name => Array.from({ length: each }, (_, nth) => signalOf(name, nth)));
  return taughtCandidate({
    kind: 'sound',
    model: 'knocks',
    columns: null,
    names,
    embedder: await makeSoundEmbedder(),
    taken: { kind: 'sound' },
    ranges: null,
    shown: { sound: soundsTensor(sounds) },
    labels: Int32Array.from(sounds, (_, i) => Math.floor(i / each)),
    device,
  });
}

async function sent(server: TestServer) {
  const device = await enrolDevice(server, 'trainer');
  const token = () => device.token(audienceOf(server));
  const { candidate, chunks, file, probabilities } = await finished(device.keyId);
  await upload(server, file, await token(), tensorLayout(file));
  const { recorded } = candidate.artifacts;
  const parts = recorded!.file.chunks.map(({ digest }) => Buffer.from(chunks.get(digest)!));
  await upload(server, Uint8Array.from(Buffer.concat(parts)), await token());
  const body = await signDocument(candidate, device);
  const answer = await server.ask('POST', 'candidates', { token: await token(), body });
  await server.deriver.idle();
  return { answer, probabilities };
}

describe('a model of sounds that a device founds', () => {
  it('is taken, says what it hears, gets int8 weights, and answers', async () => {
    const server = await startServer();
    const { answer, probabilities } = await sent(server);
    expect(answer).toMatchObject({ status: 201, json: { model: 'knocks', version: 1 } });
    const { json } = await server.ask('GET', '/v2/models/knocks');
    expect(json['inputs']).toEqual([{ name: 'sound', datatype: 'FP32', shape: [-1, 16_000] }]);
    expect(JSON.stringify(json['parameters'])).toContain('waveform');
    const detail = await server.ask('GET', 'models/knocks/versions/1');
    expect(JSON.stringify(detail.json)).toContain('int8');
    const { data } = soundsTensor(names.map(name => signalOf(name, 0)));
    const inputs = [
      { name: 'sound', datatype: 'FP32', shape: [names.length, 16_000], data: [...(data as Float32Array)] },
    ];
    const answered = await server.ask('POST', '/v2/models/knocks/infer', { body: { inputs } });
    expect(answered.status).toBe(200);
    const [{ data: got }] = answered.json['outputs'] as [{ data: number[] }];
    const want = names.flatMap((_, place) => {
      const from = place * each * names.length;
      return [...probabilities.subarray(from, from + names.length)];
    });
    expect(far(got, want)).toBeLessThan(1e-4);
  });
});
