import { expect, test } from 'vitest';
import type { InputInterface } from '../../../src/core/artifact/interface.ts';
import { feedRuns } from '../../../src/core/serve/feed-rows.ts';
import { rowsOfDataset } from '../../../src/core/serve/dataset-rows.ts';
import { rowsOfJson, runsOfRows } from '../../../src/core/serve/json-rows.ts';
import { maxRows } from '../../../src/core/serve/rows-of-outputs.ts';
import type { ProtocolBackend } from '../../../src/core/serve/service.ts';

const context = { signal: new AbortController().signal, tenant: 'test' };

test('rows with long integers are read a second time once, not once for each run', async () => {
  const inputs: InputInterface[] = [{ name: 'x', datatype: 'INT64', shape: [-1, -1], meaning: null }];
  const digits = ['9007199254740993', '9007199254740995', '9007199254740997'];
  const runs = runsOfRows(
    inputs,
    rowsOfJson(
      digits.map(text => [Number(text)]),
      inputs,
    ),
  );
  const fed: bigint[] = [];
  const backend = {
    infer: (_version, request) => {
      fed.push(...(request.inputs['x']!.data as BigInt64Array));
      const by = { who: 'server', model: 'm', version: '1', variant: null, provider: null, ms: 0 } as const;
      return Promise.resolve({ outputs: {}, by });
    },
  } satisfies Pick<ProtocolBackend, 'infer'>;
  let reads = 0;
  const exact = () => {
    reads++;
    return runsOfRows(
      inputs,
      rowsOfJson(
        digits.map(text => [text]),
        inputs,
      ),
    );
  };
  await feedRuns({ model: 'm', version: 1 }, runs, exact, context, backend as unknown as ProtocolBackend);
  expect(fed).toEqual(digits.map(BigInt));
  expect([runs.length, reads]).toEqual([3, 1]);
});

test('more rows than anybody could wait for are refused before they run', async () => {
  const inputs: InputInterface[] = [{ name: 'x', datatype: 'FP32', shape: [-1, 1], meaning: null }];
  const rows = Array.from({ length: maxRows + 1 }, () => [[1]]);
  const backend = { infer: () => Promise.reject(new Error('it ran')) };
  const fed = feedRuns(
    { model: 'm', version: 1 },
    runsOfRows(inputs, rows),
    () => [],
    context,
    backend as never,
  );
  await expect(fed).rejects.toMatchObject({
    code: 'TooLarge',
    detail: expect.stringContaining(`${maxRows} at most`),
  });
});

test('a column that is named again and again fills no memory', () => {
  const values = new Float32Array(10_000);
  const dataset = { columns: ['a'], rows: values.length, column: () => values };
  const inputs: InputInterface[] = [{ name: 'x', datatype: 'FP32', shape: [-1, -1], meaning: null }];
  const features = Array.from({ length: 16_384 }, () => 'a');
  expect(() => rowsOfDataset(dataset, inputs, features, null)).toThrow('choose fewer rows');
  expect(rowsOfDataset(dataset, inputs, features, { from: 0, count: 2 })).toHaveLength(2);
});
