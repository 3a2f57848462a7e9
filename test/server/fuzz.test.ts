import fc from 'fast-check';
import { expect, it } from 'vitest';
import { accessTable } from '../../server/gateway/access.ts';
import { fuzzInputs, fuzzSeed } from './fuzzing.ts';
import { classifier, push } from './models.ts';
import { audienceOf, enrolDevice, startServer } from './support.ts';

/** What may stand where a route has a parameter: what is there, what is not, and what should be nowhere. */
const segment = fc.oneof(
  fc.constantFrom(
    'sides',
    '1',
    'production',
    '@production',
    '0'.repeat(64),
    '..',
    '%2e%2e%2fadmin.key',
    '%00',
    '-1',
  ),
  fc.string({ maxLength: 20 }).map(encodeURIComponent),
);
const headers = fc.dictionary(
  fc.constantFrom(
    'if-match',
    'if-none-match',
    'range',
    'if-range',
    'accept',
    'content-encoding',
    'inference-header-content-length',
    'accept-version',
  ),
  fc.oneof(
    fc.constantFrom('*', '"1"', 'W/"1"', 'bytes=0-', 'bytes=9-1', 'bytes=-0', 'gzip', '99999', '-1', ''),
    fc.stringMatching(/^[\x20-\x7e]{0,20}$/),
  ),
  { maxKeys: 3 },
);
const numbers = fc.constantFrom(0, -1, 2 ** 53, 1e308, 0.5);
const value = fc.oneof(fc.jsonValue({ maxDepth: 3 }), numbers);
/** Bodies that are nearly right get further than noise does. */
const body = fc.oneof(
  fc.uint8Array({ maxLength: 200 }).map(bytes => Buffer.from(bytes)),
  value.map(each => JSON.stringify(each)),
  fc
    .record(
      {
        inputs: fc.array(
          fc.record(
            {
              name: fc.constantFrom('x', '__proto__', 'constructor', ''),
              datatype: fc.constantFrom('FP32', 'INT64', 'BYTES', 'FP16', 'FP128'),
              shape: fc.array(fc.oneof(fc.integer({ min: -1, max: 3 }), numbers), { maxLength: 4 }),
              data: fc.oneof(fc.array(value, { maxLength: 4 }), value),
              parameters: fc.dictionary(fc.constantFrom('binary_data_size', '__proto__'), value),
            },
            { requiredKeys: [] },
          ),
          { maxLength: 3 },
        ),
        outputs: fc.array(fc.record({ name: fc.constantFrom('probabilities', 'nothing') }), { maxLength: 2 }),
        version: value,
        share: value,
        signed: value,
        signatures: fc.array(
          fc.record({ keyId: fc.constant('0'.repeat(64)), signature: fc.constant('A'.repeat(86)) }),
        ),
        file: fc.record({
          digest: fc.constant('0'.repeat(64)),
          bytes: numbers,
          chunks: fc.array(fc.record({ digest: fc.constant('0'.repeat(64)), bytes: numbers }), {
            maxLength: 2,
          }),
        }),
        digests: fc.array(fc.oneof(fc.constant('f'.repeat(64)), value), { maxLength: 3 }),
        publicKey: fc.oneof(fc.constant('A'.repeat(43)), value),
        name: value,
        status: fc.oneof(fc.constantFrom('approved', 'revoked'), value),
        role: fc.oneof(fc.constantFrom('device', 'trainer', null), value),
        evaluations: value,
        labels: value,
      },
      { requiredKeys: [] },
    )
    .map(each => JSON.stringify(each)),
);

/** A device's token by a device that is whatever is given. */
function tokenOf(kid: unknown): string {
  const header = Buffer.from(JSON.stringify({ alg: 'EdDSA', kid })).toString('base64url');
  return `${header}.e30.AAAA`;
}

it(
  'every route answers whatever comes, and no answer is an error of ours',
  async () => {
    const server = await startServer();
    await push(server, 'sides', classifier());
    await server.deriver.idle();
    const device = await enrolDevice(server, 'trainer');
    const tokens = [server.key, await device.token(audienceOf(server)), undefined, 'hvs_x', 'a.b.c'];
    // An open stream has no end to wait for.
    const routes = Object.keys(accessTable).filter(route => !route.endsWith('/events'));
    const request = fc.record({
      route: fc.constantFrom(...routes),
      segments: fc.array(segment, { minLength: 3, maxLength: 3 }),
      query: fc.oneof(
        fc.constant(''),
        fc.string({ maxLength: 10 }).map(text => `?${encodeURIComponent(text)}`),
      ),
      token: fc.oneof(fc.constantFrom(...tokens), value.map(tokenOf)),
      type: fc.constantFrom('application/json', 'application/octet-stream', 'text/plain', 'x', ''),
      headers,
      body,
    });
    await fc.assert(
      fc.asyncProperty(request, async each => {
        const [method, pattern] = each.route.split(' ') as ['GET' | 'POST', string];
        let next = 0;
        const path = pattern.replaceAll(/:\w+|\*/g, () => each.segments[next++]!);
        const answer = await server.app.inject({
          method,
          url: path + each.query,
          headers: {
            host: 'localhost:8787',
            ...each.headers,
            ...(each.token === undefined ? {} : { authorization: `Bearer ${each.token}` }),
            ...(each.type === '' ? {} : { 'content-type': each.type }),
          },
          ...(method === 'GET' ? {} : { payload: each.body }),
        });
        expect(answer.statusCode, `${method} ${path}: ${answer.payload.slice(0, 300)}`).toBeLessThan(500);
        if (answer.statusCode >= 400) {
          expect(answer.headers['content-type'] ?? '').toMatch(/^application\/problem\+json/);
          expect(answer.payload).not.toContain(server.data);
        }
        expect(answer.headers['x-content-type-options']).toBe('nosniff');
      }),
      { seed: fuzzSeed, numRuns: fuzzInputs(800) },
    );
  },
  60_000 + fuzzInputs(800) * 200,
);
