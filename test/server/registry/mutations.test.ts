// Every bit of a signed document counts: real documents of a real registry, each with one bit turned, as a bad disk or somebody on
// the line would. The short form tries some bits of each; the long one all of them (`npm run mutations`).
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { openCertificate } from '../../../src/core/artifact/certificate.ts';
import {
  aliasSchema,
  candidateSchema,
  manifestSchema,
  variantSchema,
} from '../../../src/core/artifact/documents.ts';
import { openFirstRoot, openNext } from '../../../src/core/artifact/root-chain.ts';
import type { VersionDetail } from '../../../src/core/artifact/registry-api.ts';
import { type Envelope, envelopeSchema, openDocument } from '../../../src/core/artifact/signature.ts';
import { classifier, makeCandidate, push } from '../models.ts';
import { audienceOf, enrolDevice, startServer } from '../support.ts';

/** Bits that are turned in each document; `all` in the long form. */
const turned = process.env['HAVERSACK_MUTATIONS'] ?? '60';

interface Specimen {
  /** As it travels. */
  readonly bytes: Buffer;
  /** As who gets it opens it. */
  readonly open: (envelope: Envelope) => Promise<unknown>;
}

const kinds = ['manifest', 'variant', 'alias', 'root', 'next root', 'certificate', 'candidate'] as const;
const specimens = new Map<string, Specimen>();
const endings: (() => void | Promise<void>)[] = [];

beforeAll(async () => {
  const server = await startServer({}, end => endings.unshift(end));
  const file = classifier();
  const detail = await push(server, 'sides', file);
  await server.deriver.idle();
  const read = async (path: string, token = server.key) =>
    (await server.ask('GET', path, { token })).json as unknown;
  const device = await enrolDevice(server, 'trainer');
  const token = await device.token(audienceOf(server));
  const keys = server.registry.identity.keys;
  const version = (await read('models/sides/versions/1')) as VersionDetail;
  const me = (await read('me', token)) as { certificate: Envelope };
  const root = (await read('root')) as Envelope;
  const first = await openFirstRoot(root);
  const add = (kind: (typeof kinds)[number], document: unknown, open: Specimen['open']) =>
    specimens.set(kind, { bytes: Buffer.from(JSON.stringify(document)), open });
  add('manifest', version.manifest, envelope => openDocument(envelope, manifestSchema, keys));
  add('variant', version.variants[0], envelope => openDocument(envelope, variantSchema, keys));
  add('alias', await read('models/sides/aliases/production'), envelope =>
    openDocument(envelope, aliasSchema, keys),
  );
  add('root', root, openFirstRoot);
  add('certificate', me.certificate, envelope => openCertificate(envelope, keys));
  add('candidate', await makeCandidate(server, device, token, { detail, file }), envelope =>
    openDocument(envelope, candidateSchema, device.publicKey),
  );
  await server.ask('POST', 'root', { token: server.key, body: {} });
  add('next root', await read('root'), envelope => openNext(first.root, envelope));
});
afterAll(async () => {
  for (const end of endings) await end();
});

async function isRefused({ bytes, open }: Specimen, bit: number): Promise<boolean> {
  const flipped = Buffer.from(bytes);
  flipped[bit >> 3]! ^= 1 << (bit & 7);
  let document: unknown;
  try {
    document = JSON.parse(flipped.toString());
  } catch {
    return true;
  }
  // A letter in the other case, in an exponent or an escape, is the same JSON: nothing has changed.
  if (isDeepStrictEqual(document, JSON.parse(bytes.toString()))) return true;
  const envelope = envelopeSchema.safeParse(document);
  if (!envelope.success) return true;
  return open(envelope.data).then(
    () => false,
    () => true,
  );
}

describe('a signed document', () => {
  it.each(kinds)('that is a %s opens as it is', async kind => {
    const { bytes, open } = specimens.get(kind)!;
    await expect(open(envelopeSchema.parse(JSON.parse(bytes.toString())))).resolves.toBeDefined();
  });

  it.each(kinds)(
    'that is a %s opens with no bit of it turned',
    async kind => {
      const specimen = specimens.get(kind)!;
      const bits = specimen.bytes.length * 8;
      if (turned === 'all') {
        const missed: number[] = [];
        for (let bit = 0; bit < bits; bit += 1) if (!(await isRefused(specimen, bit))) missed.push(bit);
        console.info(`${kind}: ${bits} bits turned, ${bits - missed.length} found`);
        expect(missed).toEqual([]);
        return;
      }
      await fc.assert(
        fc.asyncProperty(fc.nat(bits - 1), async bit => {
          expect(await isRefused(specimen, bit), `bit ${bit}`).toBe(true);
        }),
        { numRuns: Number(turned) },
      );
    },
    600_000,
  );
});
