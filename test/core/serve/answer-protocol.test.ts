import { afterAll, describe, expect, test, vi } from 'vitest';
import { openNodeSession } from '../../../server/inference/session.ts';
import { answerProtocol } from '../../../src/core/serve/answer-protocol.ts';
import type { ProtocolAsk } from '../../../src/core/serve/service.ts';
import { describeProtocol } from '../../protocol/conformance.ts';
import { conformanceModels } from '../../protocol/conformance-models.ts';
import { sessionsBackend } from '../../protocol/sessions-backend.ts';

const backend = sessionsBackend(
  Object.fromEntries(
    Object.entries(conformanceModels).map(([name, { file, interface: its, labels }]) => [
      name,
      { files: [file], aliases: { production: 1 }, interface: its, ...(labels && { labels }) },
    ]),
  ),
  openNodeSession,
);
afterAll(() => backend.close());

function asked(method: string, path: string, more: Partial<ProtocolAsk> = {}): ProtocolAsk {
  return {
    method,
    path,
    header: () => null,
    body: new Uint8Array(),
    context: { signal: new AbortController().signal, tenant: 'test' },
    ...more,
  };
}

describeProtocol('one function', async ({ method, path, headers, body = new Uint8Array() }) => {
  const answer = await answerProtocol(
    asked(method, path, { header: name => headers[name] ?? null, body }),
    backend,
  );
  const named = Object.entries(answer.headers).map(([name, value]) => [name.toLowerCase(), value]);
  return { ...answer, headers: Object.fromEntries(named) };
});

const text = ({ body }: { body: Uint8Array }) => new TextDecoder().decode(body);

describe('answerProtocol', () => {
  test('answers HEAD as GET, without a body', async () => {
    const answer = await answerProtocol(asked('HEAD', '/v2'), backend);
    expect([answer.status, answer.body.length]).toEqual([200, 0]);
  });

  test('what is not ours becomes an answer that says nothing of it, and is told to the host', async () => {
    const told = vi.fn();
    const broken = { ...backend, index: () => Promise.reject(new Error('secret')) };
    const answer = await answerProtocol(asked('POST', '/v2/repository/index'), broken, told);
    expect(answer.status).toBe(500);
    expect(text(answer)).not.toContain('secret');
    expect(told).toHaveBeenCalledWith(expect.objectContaining({ message: 'secret' }));
  });

  test('a tensor of nothing is not answered in rows without number', async () => {
    const ask = async (path: string, json: object) => {
      const body = new TextEncoder().encode(JSON.stringify(json));
      return answerProtocol(asked('POST', path, { body }), backend);
    };
    const inputs = (rows: number) => [{ name: 'x', datatype: 'BYTES', shape: [rows, 0], data: [] }];
    expect((await ask('/predict', { model: 'words', inputs: inputs(2 ** 24) })).status).toBe(400);
    expect((await ask('/v2/models/words/infer', { inputs: inputs(2 ** 24) })).status).toBe(400);
    const few = await ask('/predict', { model: 'words', inputs: inputs(2) });
    expect((JSON.parse(text(few)) as { rows: unknown[] }).rows).toHaveLength(2);
  });

  test('an answer that refuses a body is not as long as the body', async () => {
    const wrong = Object.fromEntries(Array.from({ length: 2_000 }, (_, i) => [`member${i}`, i]));
    const body = new TextEncoder().encode(JSON.stringify(wrong));
    const answer = await answerProtocol(asked('POST', '/predict', { body }), backend);
    expect(answer.status).toBe(400);
    expect(answer.body.length).toBeLessThan(body.length / 2);
  });

  test('asks what the caller may, with the model, before anything is told of it', async () => {
    const permit = vi.fn(() => Promise.reject(new Error('no')));
    const ask = (method: string, path: string, body?: object) =>
      answerProtocol(
        asked(method, path, { permit, body: new TextEncoder().encode(body ? JSON.stringify(body) : '') }),
        backend,
        () => undefined,
      );
    await ask('GET', '/v2/models/sizes');
    await ask('POST', '/v2/models/nothing/infer', {});
    await ask('POST', '/v2/repository/models/sizes/unload');
    await ask('POST', '/predict', { model: 'sums@1', inputs: [1] });
    expect(permit.mock.calls).toEqual([
      ['sizes', 'read'],
      ['nothing', 'predict'],
      ['sizes', 'admin'],
      ['sums', 'predict'],
    ]);
  });

  test('loads and unloads, and takes no model from the body', async () => {
    const load = (verb: string, body?: object) =>
      answerProtocol(
        asked('POST', `/v2/repository/models/sizes/${verb}`, {
          body: new TextEncoder().encode(body ? JSON.stringify(body) : ''),
        }),
        backend,
      );
    const states = async () =>
      (await backend.index()).filter(({ name }) => name === 'sizes').map(({ state }) => state);
    expect((await load('load')).status).toBe(200);
    expect(await states()).toEqual(['READY']);
    expect((await load('unload', { parameters: { unload_dependents: true } })).status).toBe(200);
    expect(await states()).toEqual(['UNAVAILABLE']);
    for (const name of ['config', 'file:1/model.onnx']) {
      const refused = await load('load', { parameters: { [name]: 'x' } });
      expect([refused.status, text(refused)]).toEqual([400, expect.stringContaining(name)]);
    }
  });

  test('a host that answers nothing is not ready, and is live', async () => {
    const { HaversackError } = await import('../../../src/core/errors.ts');
    const draining = {
      ...backend,
      health: () => Promise.reject(new HaversackError('Unavailable', 'the server stops')),
    };
    expect((await answerProtocol(asked('GET', '/v2/health/ready'), draining)).status).toBe(503);
    expect((await answerProtocol(asked('GET', '/v2/health/live'), draining)).status).toBe(200);
  });
});
