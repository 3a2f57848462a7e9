import fc from 'fast-check';
import { expect, test } from 'vitest';
import { inferRequestMessageSchema } from '../../../src/core/protocol/message-schemas.ts';
import { maxParameters } from '../../../src/core/protocol/messages.ts';
import { isPlainRequest, toRequestMessage } from '../../../src/core/protocol/request-message.ts';

/** Values that are right, and neighbours that are not. */
const value = fc.constantFrom<unknown>(
  'FP32',
  'x',
  '',
  'y'.repeat(257),
  0,
  -1,
  1.5,
  2 ** 41,
  NaN,
  true,
  null,
  [],
  {},
);
const parameters = fc.dictionary(fc.constantFrom('a', 'binary_data_size', '__proto__'), value, {
  maxKeys: 2,
});
const maybe = (member: fc.Arbitrary<unknown>) => fc.oneof({ weight: 12, arbitrary: member }, value);
const tensor = fc.record(
  {
    name: maybe(fc.constant('x')),
    datatype: maybe(fc.constantFrom('FP32', 'BYTES', 'BF16')),
    shape: maybe(fc.array(maybe(fc.nat(3)), { maxLength: 17 })),
    parameters: maybe(parameters),
    data: maybe(fc.array(value, { maxLength: 2 })),
    other: value,
  },
  { requiredKeys: [] },
);
const request = fc.record(
  {
    id: maybe(fc.constantFrom('i', 'i'.repeat(1025))),
    parameters: maybe(parameters),
    inputs: maybe(fc.array(maybe(tensor), { maxLength: 2 })),
    outputs: maybe(
      fc.array(
        maybe(
          fc.record({ name: maybe(fc.constant('y')), parameters: maybe(parameters) }, { requiredKeys: [] }),
        ),
      ),
    ),
    other: value,
  },
  { requiredKeys: [] },
);

test('what is taken without the schema is what the schema takes', () => {
  let taken = 0;
  fc.assert(
    fc.property(request, json => {
      if (!isPlainRequest(json)) return;
      taken++;
      const parsed = inferRequestMessageSchema.safeParse(json);
      expect(parsed.success).toBe(true);
      expect(parsed.data).toMatchObject({
        inputs: json.inputs.map(({ name, data }) => ({ name, ...(data && { data }) })),
      });
    }),
    { numRuns: 3000, seed: 1 },
  );
  expect(taken).toBeGreaterThan(10);
});

test('the usual request is taken without the schema', () => {
  const inputs = [{ name: 'x', datatype: 'FP32', shape: [1, 2], data: [1, 2] }];
  expect(isPlainRequest({ id: 'a', inputs, outputs: [{ name: 'y' }], parameters: { decision: true } })).toBe(
    true,
  );
});

test('parameters without number are refused before each is looked at', () => {
  const parameters = Object.fromEntries(Array.from({ length: maxParameters + 1 }, (_, i) => [`p${i}`, null]));
  const inputs = [{ name: 'x', shape: [1], datatype: 'FP32', data: [1], parameters }];
  for (const json of [{ parameters, inputs: [] }, { inputs }, { inputs: [], outputs: inputs }]) {
    expect(() => toRequestMessage(json)).toThrow(`at most ${maxParameters}`);
  }
});
