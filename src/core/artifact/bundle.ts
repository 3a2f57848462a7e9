// A bundle: what would have gone over the wire, as one signed file (`.haversack`) that is carried by hand. Knows how the
// file lies and what its index says; who is to be believed is said by the signatures of the documents in it.
import { HaversackError } from '../errors.ts';
import { gunzip } from '../gunzip.ts';
import { gzip } from '../gzip.ts';
import { joinBytes } from '../join-bytes.ts';
import { z } from '../zod.ts';
import { bundleSuffix } from './bundle-name.ts';
import {
  type ChunkRef,
  chunkRefSchema,
  type FileRef,
  maxChunkBytes,
  maxChunks,
  verifyChunk,
} from './chunks.ts';
import { type Bytes, digestSchema } from './digest.ts';
import { candidateSchema, type Manifest, manifestSchema, variantSchema } from './documents.ts';
import { modelNameSchema, variantNameSchema, versionNumberSchema } from './names.ts';
import {
  type Envelope,
  envelopeSchema,
  keyIdOf,
  keyIdSchema,
  openDocument,
  publicKeySchema,
  readDocument,
  type Signer,
  signDocument,
} from './signature.ts';

/** A bundle may be this large: what a phone can hold and a mail can not. */
export const maxBundleBytes = 2 ** 30;
/** Its index may, packed and unpacked. */
const maxIndexBytes = 16 * 2 ** 20;
const maxUnpackedIndexBytes = 64 * 2 ** 20;
/** Documents of a kind. */
const maxDocuments = 1024;

/** "HAVRSCK" and the number of the form. */
const magic = Uint8Array.of(0x48, 0x41, 0x56, 0x52, 0x53, 0x43, 0x4b, 1);
/** The magic, and the length of the index in bytes, a little-endian uint32. */
const headBytes = magic.length + 4;

/** How a chunk lies in the file. The receiver knows its true size and digest before it looks. */
const storedChunkSchema = chunkRefSchema.extend({
  /** Bytes in the file: never more than the chunk has. */
  stored: z.number().int().min(1).max(maxChunkBytes),
  encoding: z.enum(['raw', 'gzip']),
});
export type StoredChunk = z.infer<typeof storedChunkSchema>;

const versionInBundleSchema = z.object({
  manifest: envelopeSchema,
  /** All variant documents that its sender has. */
  variants: z.array(envelopeSchema).max(64),
  /** Names of the variants whose files the receiver has with it. */
  files: z.array(variantNameSchema).min(1).max(64),
  /** Whether what training needs is among them. */
  trainable: z.boolean(),
});

const bundleSchema = z.object({
  type: z.literal('bundle'),
  formatVersion: z.literal(1),
  /** Who put it together: says that nothing was changed since, not that anything in it is to be believed. */
  carrier: z.object({ keyId: keyIdSchema, publicKey: publicKeySchema }),
  createdAt: z.iso.datetime(),
  /** `rootSchema`: of the registry that everything in it goes back to, oldest first. */
  roots: z.array(envelopeSchema).max(64),
  /** `deviceCertificateSchema`: of the devices that signed something in it. */
  certificates: z.array(envelopeSchema).max(maxDocuments),
  versions: z.array(versionInBundleSchema).max(64),
  /** `aliasSchema` */
  aliases: z.array(envelopeSchema).max(maxDocuments),
  /** `candidateSchema` */
  candidates: z.array(envelopeSchema).max(64),
  /** `samplesSchema` */
  samples: z.array(envelopeSchema).max(maxDocuments),
  /** `reportSchema` */
  reports: z.array(envelopeSchema).max(maxDocuments),
  /** Whose chunks the receiver is taken to have: they are left out. */
  without: z
    .array(z.object({ model: modelNameSchema, version: versionNumberSchema, digest: digestSchema }))
    .max(64),
  /** In the order in which they lie behind the index. */
  chunks: z.array(storedChunkSchema).max(maxChunks),
});
export type Bundle = z.infer<typeof bundleSchema>;

/** What its maker says; how the chunks lie is found out while it is written. */
export type BundleContents = Omit<Bundle, 'type' | 'formatVersion' | 'carrier' | 'createdAt' | 'chunks'>;

export const emptyContents: BundleContents = {
  roots: [],
  certificates: [],
  versions: [],
  aliases: [],
  candidates: [],
  samples: [],
  reports: [],
  without: [],
};

/** Bytes that can be read at any place: a `Blob`, a file. */
export interface BundleSource {
  readonly bytes: number;
  read(offset: number, bytes: number): Promise<Bytes>;
}

export interface OpenBundle {
  readonly bundle: Bundle;
  /** The chunk, unpacked and hashed. @throws HaversackError `ChunkMissing`, `ChunkInvalid` */
  chunk(ref: ChunkRef): Promise<Bytes>;
  has(digest: string): boolean;
}

/**
 * The parts of the file, in order; joined they are it.
 * @param refs every chunk that goes with it, once
 */
export async function writeBundle(
  contents: BundleContents,
  refs: readonly ChunkRef[],
  read: (ref: ChunkRef) => Promise<Bytes>,
  signer: Signer,
): Promise<Bytes[]> {
  const chunks: StoredChunk[] = [];
  const bodies: Bytes[] = [];
  for (const { digest, bytes } of refs) {
    const whole = await read({ digest, bytes });
    const packed = gzip(whole);
    const encoding = packed.length < whole.length ? 'gzip' : 'raw';
    const body = encoding === 'gzip' ? packed : whole;
    chunks.push({ digest, bytes, stored: body.length, encoding });
    bodies.push(body);
  }
  const bundle: Bundle = {
    type: 'bundle',
    formatVersion: 1,
    carrier: { keyId: signer.keyId, publicKey: signer.publicKey },
    createdAt: new Date().toISOString(),
    ...contents,
    chunks,
  };
  const index = gzip(new TextEncoder().encode(JSON.stringify(await signDocument(bundle, signer))));
  return [headOf(index.length), index, ...bodies];
}

function headOf(indexBytes: number): Bytes {
  const length = new Uint8Array(4);
  new DataView(length.buffer).setUint32(0, indexBytes, true);
  return joinBytes([magic, length]);
}

/**
 * Reads and checks the index: its form, its signature, that the file is exactly as long as it says, and that every chunk
 * in it belongs to a document in it. No chunk is read yet.
 * @throws HaversackError `DocumentInvalid`, `SignatureInvalid`, `TooLarge`, `ChunkInvalid` (cut short, or longer)
 */
export async function openBundle(source: BundleSource): Promise<OpenBundle> {
  if (source.bytes > maxBundleBytes) {
    throw new HaversackError(
      'TooLarge',
      `the bundle has ${source.bytes} bytes, at most ${maxBundleBytes} are read`,
    );
  }
  const { envelope, end } = await readIndex(source);
  const bundle = await openIndex(envelope);
  const places = placesOf(bundle.chunks, end, source.bytes);
  refuseStrays(bundle);
  return {
    bundle,
    has: digest => places.has(digest),
    chunk: async ref => {
      const place = places.get(ref.digest);
      if (!place) {
        throw new HaversackError('ChunkMissing', `chunk ${ref.digest.slice(0, 12)} is not in the bundle`);
      }
      const stored = await source.read(place.offset, place.stored);
      const bytes = place.encoding === 'gzip' ? await gunzip(stored, ref.bytes) : stored;
      await verifyChunk(bytes, ref);
      return bytes;
    },
  };
}

async function readIndex(source: BundleSource): Promise<{ envelope: Envelope; end: number }> {
  const head = source.bytes < headBytes ? new Uint8Array(0) : await source.read(0, headBytes);
  if (head.length < headBytes || magic.some((byte, i) => head[i] !== byte)) {
    throw new HaversackError('DocumentInvalid', `it does not begin as a ${bundleSuffix} file of form 1 does`);
  }
  const bytes = new DataView(head.buffer, head.byteOffset).getUint32(magic.length, true);
  if (bytes > maxIndexBytes) {
    throw new HaversackError('TooLarge', `its index has ${bytes} bytes, at most ${maxIndexBytes} are read`);
  }
  const end = headBytes + bytes;
  if (end > source.bytes) throw wrongLength(source.bytes, end);
  const json = await gunzip(await source.read(headBytes, bytes), maxUnpackedIndexBytes);
  const parsed = envelopeSchema.safeParse(parseText(json));
  if (!parsed.success) throw new HaversackError('DocumentInvalid', z.prettifyError(parsed.error));
  return { envelope: parsed.data, end };
}

function parseText(bytes: Bytes): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new HaversackError('DocumentInvalid', `the index is no JSON: ${String(cause)}`, { cause });
  }
}

async function openIndex(envelope: Envelope): Promise<Bundle> {
  const { carrier } = readDocument(envelope, bundleSchema);
  if ((await keyIdOf(carrier.publicKey)) !== carrier.keyId) {
    throw new HaversackError(
      'SignatureInvalid',
      `the carrier's key is not that of ${carrier.keyId.slice(0, 12)}`,
    );
  }
  return openDocument(envelope, bundleSchema, carrier.publicKey);
}

function placesOf(
  chunks: readonly StoredChunk[],
  start: number,
  fileBytes: number,
): ReadonlyMap<string, StoredChunk & { readonly offset: number }> {
  const places = new Map<string, StoredChunk & { offset: number }>();
  let offset = start;
  for (const chunk of chunks) {
    if (chunk.stored > chunk.bytes || (chunk.encoding === 'raw' && chunk.stored !== chunk.bytes)) {
      throw new HaversackError(
        'ChunkInvalid',
        `chunk ${chunk.digest.slice(0, 12)} of ${chunk.bytes} bytes cannot lie in ${chunk.stored} as ${chunk.encoding}`,
      );
    }
    if (places.has(chunk.digest)) {
      throw new HaversackError('DocumentInvalid', `chunk ${chunk.digest.slice(0, 12)} is in it twice`);
    }
    places.set(chunk.digest, { ...chunk, offset });
    offset += chunk.stored;
  }
  if (offset !== fileBytes) throw wrongLength(fileBytes, offset);
  return places;
}

function wrongLength(got: number, wanted: number): HaversackError {
  return new HaversackError(
    'ChunkInvalid',
    `the file has ${got} bytes, wanted ${wanted}: it was cut short or added to`,
  );
}

/** Nobody carries for others what no document speaks of. */
function refuseStrays(bundle: Bundle): void {
  const named = new Map(chunksNamedIn(bundle).map(({ digest, bytes }) => [digest, bytes]));
  const stray = bundle.chunks.find(({ digest, bytes }) => named.get(digest) !== bytes);
  if (stray) {
    throw new HaversackError(
      'DocumentInvalid',
      `chunk ${stray.digest.slice(0, 12)} belongs to nothing in the bundle`,
    );
  }
}

/** Every chunk of every file that a document in it speaks of, once. */
export function chunksNamedIn(bundle: Pick<Bundle, 'versions' | 'candidates'>): ChunkRef[] {
  const files = [
    ...bundle.versions.flatMap(({ manifest, variants }) => [
      ...filesOf(readDocument(manifest, manifestSchema)),
      ...variants.map(variant => readDocument(variant, variantSchema).file),
    ]),
    ...bundle.candidates.flatMap(candidate => filesOf(readDocument(candidate, candidateSchema))),
  ];
  const refs = new Map<string, ChunkRef>();
  for (const file of files) for (const chunk of file.chunks) refs.set(chunk.digest, chunk);
  return [...refs.values()];
}

function filesOf({ authority, artifacts }: Pick<Manifest, 'authority' | 'artifacts'>): FileRef[] {
  const { dataset, recorded, topology } = artifacts;
  return [authority, dataset, recorded, topology].flatMap(entry => (entry ? [entry.file] : []));
}

/** Reads every chunk once. @throws HaversackError `ChunkInvalid`, `DocumentInvalid`, `TooLarge` */
export async function verifyBundle(open: OpenBundle): Promise<void> {
  for (const { digest, bytes } of open.bundle.chunks) await open.chunk({ digest, bytes });
}
