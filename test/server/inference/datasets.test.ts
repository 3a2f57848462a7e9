import { stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeCandidate, classifier, push } from '../models.ts';
import { enrolDevice, audienceOf, startServer, type TestServer } from '../support.ts';

const its = {
  inputs: [
    {
      name: 'x',
      datatype: 'FP32',
      shape: [-1, 2],
      meaning: { kind: 'features', names: ['x0', 'x1'], units: [null, null], ranges: null },
    },
  ],
  outputs: [{ name: 'probabilities', datatype: 'FP32', shape: [-1, 2], meaning: null }],
  decision: { kind: 'softmax', output: 'probabilities', from: 'probabilities', notSureBelow: 0 },
};
const csv = (text: string) => Buffer.from(text);
const asCsv = { 'content-type': 'text/csv' };

async function withModel(): Promise<TestServer> {
  const server = await startServer();
  await push(server, 'sides', classifier(), { labels: ['left', 'right'], interface: its });
  return server;
}

function put(server: TestServer, name: string, table: string, token = server.key) {
  return server.ask('PUT', `/datasets/${name}`, { token, headers: asCsv, body: csv(table) });
}

async function labelsOf(server: TestServer, body: object): Promise<unknown> {
  const { status, json } = await server.ask('POST', '/predict', { body: { model: 'sides', ...body } });
  return status === 200
    ? (json['rows'] as { label: string }[]).map(({ label }) => label)
    : [status, json['detail']];
}

describe('a table that an admin put', () => {
  test('gives rows to predictions, by the model’s names or by those that are asked for', async () => {
    const server = await withModel();
    const answer = await put(server, 'field', 'x1,x0,who,a,b\n0,1,ann,0,3\n1,0,bob,5,1\n2,7,cy,0,1\n');
    expect(answer.json).toEqual({ name: 'field', rows: 3, columns: ['x1', 'x0', 'who', 'a', 'b'] });
    expect(await labelsOf(server, { dataset: 'field' })).toEqual(['right', 'left', 'right']);
    expect(await labelsOf(server, { dataset: 'field', features: ['a', 'b'] })).toEqual([
      'left',
      'right',
      'left',
    ]);
    expect(await labelsOf(server, { dataset: 'field', rows: [2, 1] })).toEqual(['right', 'left']);
    expect(await labelsOf(server, { dataset: 'field', rows: { from: 1, count: 1 } })).toEqual(['left']);
  });

  test('is listed, replaced, and gone when it is removed', async () => {
    const server = await withModel();
    await put(server, 'field', 'x0,x1\n1,0\n');
    await put(server, 'field', 'x0,x1\n0,1\n');
    expect(await labelsOf(server, { dataset: 'field' })).toEqual(['left']);
    expect((await server.ask('GET', '/datasets', { token: server.key })).json).toEqual({
      datasets: ['field'],
    });
    expect((await server.ask('DELETE', '/datasets/field', { token: server.key })).status).toBe(204);
    expect(await labelsOf(server, { dataset: 'field' })).toEqual([404, expect.stringContaining('field')]);
    expect((await server.ask('DELETE', '/datasets/field', { token: server.key })).status).toBe(404);
  });

  test('is read once, however often it is asked for, until another is put', async () => {
    const server = await withModel();
    await put(server, 'field', 'x0,x1\n1,0\n');
    expect(await labelsOf(server, { dataset: 'field' })).toEqual(['right']);
    // What can be told of the file stays as it was; what is in it does not.
    const path = join(server.data, 'datasets', 'field.csv');
    const { atime, mtime } = await stat(path);
    await utimes(path, atime, mtime);
    expect(await labelsOf(server, { dataset: 'field' })).toEqual(['right']);
    await writeFile(path, 'x0,x1\n0,1\n');
    await utimes(path, atime, mtime);
    expect(await labelsOf(server, { dataset: 'field' })).toEqual(['right']);
    await put(server, 'field', 'x0,x1\n0,1\n');
    expect(await labelsOf(server, { dataset: 'field' })).toEqual(['left']);
  });

  test.each<[string, object, RegExp]>([
    ['a column that is not there', { features: ['x0', 'z'] }, /no column 'z', only x0, x1, who/],
    ['a column of words', { features: ['x0', 'who'] }, /'who' is not all numbers/],
    ['too few features', { features: ['x0'] }, /row 1 has 1 values, x takes 2/],
    ['a row that is not there', { rows: [1] }, /no row 1: the data set has 1, from 0/],
    ['more rows than there are', { rows: { from: 0, count: 2 } }, /no 2 rows from 0: the data set has 1/],
  ])('refuses %s', async (_, choice, detail) => {
    const server = await withModel();
    await put(server, 'field', 'x0,x1,who\n1,0,ann\n');
    expect(await labelsOf(server, { dataset: 'field', ...choice })).toEqual([
      400,
      expect.stringMatching(detail),
    ]);
  });

  test('is refused where it is no table, too large, badly named, or put by somebody else', async () => {
    const server = await withModel();
    expect((await put(server, 'field', 'a,a\n1,2\n')).json['detail']).toMatch(/"a" is there twice/);
    expect((await put(server, 'field', 'x'.repeat(16 * 2 ** 20 + 1))).status).toBe(413);
    expect((await put(server, '..%2Fadmin', 'a\n1\n')).status).toBe(400);
    const noKey = await server.ask('PUT', '/datasets/field', { headers: asCsv, body: csv('a\n1\n') });
    expect(noKey.status).toBe(401);
    const form = await server.ask('PUT', '/datasets/field', { token: server.key, body: { a: 1 } });
    expect(form.status).toBe(415);
  });
});

describe('a version’s own data set', () => {
  test('is there by the name of its model, version or alias', async () => {
    const server = await withModel();
    const device = await enrolDevice(server, 'trainer');
    const token = await device.token(audienceOf(server));
    const detail = await server.ask('GET', 'models/sides/versions/1');
    const envelope = await makeCandidate(server, device, token, { detail, file: classifier() });
    const sent = await server.ask('POST', 'candidates', { token, body: envelope });
    expect([sent.status, sent.json['detail']]).toEqual([201, undefined]);
    for (const dataset of ['sides@2', 'sides@production']) {
      const expected =
        dataset === 'sides@2'
          ? ['right', 'left', 'right', 'right']
          : [404, expect.stringMatching(/without a data set/)];
      expect(await labelsOf(server, { dataset })).toEqual(expected);
    }
    expect(await labelsOf(server, { dataset: 'sides@9' })).toEqual([404, expect.stringMatching(/9/)]);
  });
});
