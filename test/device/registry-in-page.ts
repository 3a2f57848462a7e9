// A registry in the page: real documents, real signatures, the real wire behind `fetch`. Breaks on demand.
import { type ChunkBase, shortestForm } from '../../src/core/artifact/chunk-forms.ts';
import { encodeFrame } from '../../src/core/artifact/chunk-frames.ts';
import { type ByteRange, chunkFile, type FileRef } from '../../src/core/artifact/chunks.ts';
import { type Bytes, sha256 } from '../../src/core/artifact/digest.ts';
import {
  type Alias,
  type Candidate,
  candidateSchema,
  type Manifest,
  rootSchema,
  type Variant,
} from '../../src/core/artifact/documents.ts';
import {
  batchQuerySchema,
  chunkFramesType,
  type FileName,
  missingQuerySchema,
  type ModelSummary,
  type Receipt,
  type RegistryEvent,
  registryRoot,
} from '../../src/core/artifact/registry-api.ts';
import {
  countersign,
  type Envelope,
  envelopeDigest,
  envelopeSchema,
  readDocument,
  signDocument,
  type Signer,
} from '../../src/core/artifact/signature.ts';
import { RegistryClient } from '../../src/client/registry.ts';
import type { ErrorCode } from '../../src/core/errors.ts';
import { gzip } from '../../src/core/gzip.ts';
import type { z } from '../../src/core/zod.ts';
import { versionKey } from '../../src/device/version-key.ts';
import { fileOf, makeSigner, manifestOf, now, variantOf } from './documents-made.ts';
import { cutShort, endless, json, problem } from './wire-answers.ts';

/** What happens to a chunk's answer. `cut`: the line drops half-way. */
export type Fault = 'cut' | 'wrong' | 'oversize' | 'unavailable' | 'offline';

export interface Published {
  readonly manifest: Envelope;
  readonly variants: Envelope[];
  readonly digest: string;
}

export class RegistryInPage {
  /** Signs all that is published from now on. */
  signer: Signer;
  readonly chunks = new Map<string, Bytes>();
  readonly versions = new Map<string, Published>();
  readonly aliases = new Map<string, Envelope>();
  readonly receipts = new Map<string, Receipt>();
  /** Every request, as `METHOD path`. */
  readonly requests: string[] = [];
  /** Candidates that came to be a version: counts each commit. */
  committed = 0;
  /** By revision: how it came to be the newest. */
  readonly roots = new Map<number, Envelope>();
  /** The newest. */
  root!: Envelope;
  offline = false;
  /** Takes nobody's key: the root is all there is to read. */
  lockedOut = false;
  /** Refuses every candidate with this. */
  refusal: ErrorCode | null = null;
  /** Reports and samples, by digest. */
  readonly documents = new Map<string, Envelope>();
  /** Refuses every document with this. */
  documentRefusal: ErrorCode | null = null;
  /** Commits the candidate or document, then drops the line before the answer. */
  loseNextReceipt = false;
  /** Asked for every chunk that is fetched. */
  fault: (digest: string, nth: number) => Fault | null = () => null;
  readonly #streams = new Set<ReadableStreamDefaultController<Uint8Array>>();
  readonly #fetched = new Map<string, number>();

  private constructor(signer: Signer) {
    this.signer = signer;
  }

  static async create(signer?: Signer): Promise<RegistryInPage> {
    const registry = new RegistryInPage(signer ?? (await makeSigner()));
    await registry.publishRoot(1);
    return registry;
  }

  async publishRoot(revision: number): Promise<void> {
    const { keyId, publicKey } = this.signer;
    const content = {
      type: 'root',
      formatVersion: 1,
      revision,
      keys: [{ keyId, publicKey }],
      issuedAt: now(),
    };
    this.root = await signDocument(content, this.signer);
    this.roots.set(revision, this.root);
  }

  /** Another key signs from now on; what is published has its signature beside the one it had. */
  async rotate(former: 'believe' | 'forget' = 'believe', next?: Signer): Promise<void> {
    const before = readDocument(this.root, rootSchema);
    const old = this.signer;
    this.signer = next ?? (await makeSigner());
    const { keyId, publicKey } = this.signer;
    const revision = before.revision + 1;
    const keys = [{ keyId, publicKey }, ...(former === 'believe' ? before.keys : [])];
    const content = { type: 'root', formatVersion: 1, revision, keys, issuedAt: now() };
    this.root = await countersign(await signDocument(content, old), this.signer);
    this.roots.set(revision, this.root);
    for (const [key, { manifest, variants, digest }] of this.versions) {
      this.versions.set(key, {
        manifest: await countersign(manifest, this.signer),
        variants: await Promise.all(variants.map(variant => countersign(variant, this.signer))),
        digest,
      });
    }
    for (const [model, alias] of this.aliases) {
      this.aliases.set(model, await countersign(alias, this.signer));
    }
  }

  client(): RegistryClient {
    return new RegistryClient({ baseUrl: 'https://registry.test', fetch: this.fetch });
  }

  /** Digests of the chunks that were sent, whole or not, each time. */
  readonly fetchedChunks: string[] = [];
  /** Of all that batches answered. */
  batchBytes = 0;
  /** A folder of files has none: chunks are to be fetched one by one. */
  hasBatches = true;

  async addFile(seeds: readonly number[]): Promise<FileRef> {
    const { file, tensors } = fileOf(seeds);
    return this.addBytes(file, tensors);
  }

  async addBytes(file: Bytes, tensors: readonly ByteRange[]): Promise<FileRef> {
    const chunked = await chunkFile(file, tensors);
    for (const [digest, bytes] of chunked.chunks) this.chunks.set(digest, bytes.slice());
    return chunked.ref;
  }

  /** Publishes a version whose authority is made of `seeds`, with a small data set, topology and recorded cases. */
  async publish(
    model: string,
    version: number,
    seeds: readonly number[],
    options: { int8?: readonly number[]; signer?: Signer; change?: (manifest: Manifest) => Manifest } = {},
  ): Promise<Published> {
    const signer = options.signer ?? this.signer;
    const content = manifestOf(model, version, await this.addFile(seeds), await this.#artifacts(version));
    const manifest = await signDocument(options.change?.(content) ?? content, signer);
    const digest = await envelopeDigest(manifest);
    const variants = options.int8
      ? [await signDocument(variantOf(model, version, digest, await this.addFile(options.int8)), signer)]
      : [];
    const published = { manifest, variants, digest };
    this.versions.set(`${model}@${version}`, published);
    return published;
  }

  async #artifacts(version: number): Promise<Manifest['artifacts']> {
    return {
      dataset: {
        file: await this.addFile([1000]),
        mediaType: 'text/csv',
        encoding: 'gzip',
        rows: 4,
        schema: { features: ['a', 'b'], target: 'label', split: 'split' },
        source: null,
        licence: null,
      },
      recorded: { file: await this.addFile([2000 + version]), mediaType: 'application/json', cases: 1 },
      topology: { file: await this.addFile([3000]), mediaType: 'application/json', engine: 'test' },
    };
  }

  async moveAlias(
    model: string,
    version: number,
    revision: number,
    change: Partial<Alias> = {},
    signer = this.signer,
  ): Promise<Envelope> {
    const content: Alias = {
      type: 'alias',
      formatVersion: 1,
      model,
      alias: 'production',
      revision,
      version,
      versionDigest: this.versions.get(`${model}@${version}`)?.digest ?? '0'.repeat(64),
      rollout: { share: 1, groups: null },
      otherwise: null,
      held: false,
      issuedAt: now(),
      expiresAt: new Date(Date.now() + 86_400_000).toISOString(),
      ...change,
    };
    const envelope = await signDocument(content, signer);
    this.aliases.set(model, envelope);
    return envelope;
  }

  /** Tells everyone who listens. */
  tell(event: RegistryEvent): void {
    const text = `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
    for (const stream of this.#streams) stream.enqueue(new TextEncoder().encode(text));
  }

  get listeners(): number {
    return this.#streams.size;
  }

  dropStreams(): void {
    for (const stream of this.#streams) stream.close();
    this.#streams.clear();
  }

  readonly fetch: typeof fetch = async (input, init) => {
    const request = new Request(input, init);
    const path = new URL(request.url).pathname.slice(registryRoot.length);
    this.requests.push(`${request.method} ${path}`);
    // A line is never as fast as a function call: gives aborts and other tabs their turn.
    await new Promise(resolve => setTimeout(resolve, 1));
    request.signal.throwIfAborted();
    if (this.offline) throw new TypeError('Failed to fetch');
    return this.#route(request, path);
  };

  async #route(request: Request, path: string): Promise<Response> {
    const [kind = '', name = '', , last = ''] = path.slice(1).split('/');
    if (this.lockedOut && kind !== 'root') return problem('Unauthorized', 'no key');
    switch (`${request.method} ${kind}`) {
      case 'GET root':
        return this.#root(name);
      case 'GET models':
        if (name === '') return this.#models(request);
        return this.#version(`${name}@${last}`);
      case 'GET chunks':
        return this.#chunk(name);
      case 'PUT chunks':
        return this.#putChunk(name, new Uint8Array(await request.arrayBuffer()));
      case 'POST chunks':
        return name === 'batch'
          ? this.#batch(batchQuerySchema.parse(await request.json()))
          : this.#missing(missingQuerySchema.parse(await request.json()).digests);
      case 'POST candidates':
        return this.#candidate(envelopeSchema.parse(await request.json()));
      case 'POST reports':
      case 'POST samples':
        return this.#document(envelopeSchema.parse(await request.json()));
      case 'GET events':
        return this.#events(request.signal);
      default:
        return problem('NotFound', path);
    }
  }

  #root(revision: string): Response {
    const root = revision === '' ? this.root : this.roots.get(Number(revision));
    return root ? json(root) : problem('NotFound', `root ${revision}`);
  }

  async #models(request: Request): Promise<Response> {
    const names = [...new Set([...this.versions.keys()].map(key => key.slice(0, key.indexOf('@'))))];
    const models = names.map(model => this.#summary(model));
    const etag = `"${await sha256(new TextEncoder().encode(JSON.stringify(models)))}"`;
    if (request.headers.get('if-none-match') === etag) {
      return new Response(null, { status: 304, headers: { etag } });
    }
    return json({ models }, { etag });
  }

  #summary(model: string): ModelSummary {
    const alias = this.aliases.get(model);
    const versions = [...this.versions.entries()]
      .filter(([key]) => key.startsWith(`${model}@`))
      .map(([, { manifest, variants, digest }]) => {
        const content = manifest.signed as unknown as Manifest;
        const files = [
          { name: content.authority.variant, bytes: content.authority.file.bytes },
          ...variants.map(({ signed }) => {
            const variant = signed as unknown as Variant;
            return { name: variant.variant, bytes: variant.file.bytes };
          }),
        ];
        return {
          version: content.version,
          digest,
          parent: content.parent,
          architecture: content.architecture,
          createdAt: content.createdAt,
          device: content.device,
          candidate: content.candidate,
          note: content.note,
          evaluations: [],
          variants: files.map(file => ({ ...file, evaluations: [] })),
          lacks: [],
          newArchitecture: false,
          retiredAt: null,
          collectedAt: null,
        };
      })
      .sort((a, b) => b.version - a.version);
    return {
      model,
      task: 'other',
      updatedAt: versions[0]!.createdAt,
      tags: [],
      aliases: alias ? [alias] : [],
      versions,
    };
  }

  #version(key: string): Response {
    const published = this.versions.get(key);
    if (!published) return problem('NotFound', key);
    return json({ manifest: published.manifest, variants: published.variants });
  }

  #missing(digests: readonly string[]): Response {
    return json({ missing: digests.filter(digest => !this.chunks.has(digest)) });
  }

  #nextFault(digest: string): Fault | null {
    const nth = (this.#fetched.get(digest) ?? 0) + 1;
    this.#fetched.set(digest, nth);
    return this.fault(digest, nth);
  }

  /** A frame is made when it is read. The line breaks where the first fault is. */
  #batch(query: z.output<typeof batchQuerySchema>): Response {
    if (!this.hasBatches) return problem('NotFound', 'a folder of files');
    const frames = this.#frames(query);
    const body = new ReadableStream<Uint8Array>(
      {
        pull: async controller => {
          try {
            const next = await frames.next();
            if (next.done) controller.close();
            else {
              this.batchBytes += next.value.length;
              controller.enqueue(next.value);
            }
          } catch (thrown) {
            controller.error(thrown);
          }
        },
      },
      { highWaterMark: 0 },
    );
    return new Response(body, { headers: { 'content-type': chunkFramesType } });
  }

  async *#frames({ chunks, of, have }: z.output<typeof batchQuerySchema>): AsyncGenerator<Bytes> {
    for (const digest of chunks) {
      const bytes = this.chunks.get(digest);
      if (!bytes) continue;
      const fault = this.#nextFault(digest);
      if (fault === 'oversize') continue;
      if (fault === 'unavailable') return;
      if (fault === 'offline') throw new TypeError('network error');
      this.fetchedChunks.push(digest);
      const base = of && this.#baseOf(digest, of, have);
      const frame = encodeFrame({ ...(await shortestForm(bytes, base, gzip)), digest });
      if (fault === 'wrong') frame[frame.length - 9]! ^= 1;
      yield fault === 'cut' ? frame.subarray(0, frame.length / 2) : frame;
      if (fault === 'cut') throw new TypeError('network error');
    }
  }

  /** The chunk at the same place of a file that the other side has. */
  #baseOf(digest: string, { model, version, variant }: FileName, have: readonly string[]): ChunkBase | null {
    const files = this.#filesOf(model);
    const target = files.find(file => file.version === version && file.variant === variant);
    const at = target?.file.chunks.findIndex(chunk => chunk.digest === digest) ?? -1;
    const base = files.find(({ file }) => have.includes(file.digest))?.file.chunks[at];
    if (!base || base.bytes !== target!.file.chunks[at]!.bytes) return null;
    const regions = [{ bits: 8, bytes: base.bytes } as const];
    return { digest: base.digest, bytes: this.chunks.get(base.digest)!, regions };
  }

  #filesOf(model: string): { version: number; variant: string; file: FileRef }[] {
    return [...this.versions]
      .filter(([key]) => key.startsWith(`${model}@`))
      .flatMap(([, { manifest, variants }]) => {
        const { version, authority } = manifest.signed as unknown as Manifest;
        const derived = variants.map(({ signed }) => signed as unknown as Variant);
        return [authority, ...derived].map(({ variant, file }) => ({ version, variant, file }));
      });
  }

  #chunk(digest: string): Response {
    const bytes = this.chunks.get(digest);
    if (!bytes) return problem('NotFound', digest);
    this.fetchedChunks.push(digest);
    const headers = { 'content-type': 'application/octet-stream' };
    switch (this.#nextFault(digest)) {
      case null:
        return new Response(bytes, { headers });
      case 'wrong':
        return new Response(
          bytes.map((byte, i) => (i === 17 ? byte ^ 1 : byte)),
          { headers },
        );
      case 'oversize':
        return new Response(
          endless(bytes => (this.oversizeBytes += bytes)),
          { headers },
        );
      case 'cut':
        return new Response(cutShort(bytes), { headers });
      case 'unavailable':
        return problem('Unavailable', 'busy');
      case 'offline':
        throw new TypeError('Failed to fetch');
    }
  }

  /** Bytes given out by `oversize` answers. */
  oversizeBytes = 0;

  async #putChunk(digest: string, bytes: Bytes): Promise<Response> {
    if ((await sha256(bytes)) !== digest) return problem('ChunkInvalid', digest);
    this.chunks.set(digest, bytes);
    return new Response(null, { status: 204 });
  }

  async #candidate(envelope: Envelope): Promise<Response> {
    if (this.refusal) return problem(this.refusal, 'because');
    const candidate = readDocument(envelope, candidateSchema);
    const digest = await envelopeDigest(envelope);
    const absent = candidate.authority.file.chunks.filter(chunk => !this.chunks.has(chunk.digest));
    if (absent.length > 0) return problem('ChunkMissing', absent[0]!.digest);
    if (!this.receipts.has(digest)) {
      if (!candidate.parent && this.#versionsOf(candidate.model).length > 0) {
        return problem('Conflict', `there is a model ${candidate.model} already`);
      }
      this.committed += 1;
      this.receipts.set(digest, await this.#commit(candidate, digest));
    }
    if (this.loseNextReceipt) {
      this.loseNextReceipt = false;
      throw new TypeError('Failed to fetch');
    }
    return json(this.receipts.get(digest));
  }

  #versionsOf(model: string): number[] {
    return [...this.versions.keys()].flatMap(key => {
      const [name, version] = key.split('@');
      return name === model ? [Number(version)] : [];
    });
  }

  /** One that founds a model, or comes of a version that is here, is published; of any other only the number is told. */
  async #commit(candidate: Candidate, digest: string): Promise<Receipt> {
    const { model, parent } = candidate;
    if (parent && this.versions.get(versionKey(model, parent.version))?.digest !== parent.digest) {
      return { model, version: 100 + this.committed, digest, candidate: digest };
    }
    const version = Math.max(0, ...this.#versionsOf(model)) + 1;
    const manifest = await signDocument(
      { ...candidate, type: 'manifest', version, candidate: digest },
      this.signer,
    );
    const made = { manifest, variants: [], digest: await envelopeDigest(manifest) };
    this.versions.set(versionKey(model, version), made);
    if (version === 1) await this.moveAlias(model, 1, 1);
    return { model, version, digest: made.digest, candidate: digest };
  }

  async #document(envelope: Envelope): Promise<Response> {
    if (this.documentRefusal) return problem(this.documentRefusal, 'because');
    const digest = await envelopeDigest(envelope);
    this.documents.set(digest, envelope);
    if (this.loseNextReceipt) {
      this.loseNextReceipt = false;
      throw new TypeError('Failed to fetch');
    }
    return json({ digest });
  }

  #events(signal: AbortSignal): Response {
    let own: ReadableStreamDefaultController<Uint8Array>;
    const body = new ReadableStream<Uint8Array>({
      start: controller => {
        own = controller;
        this.#streams.add(controller);
        controller.enqueue(new TextEncoder().encode('retry: 1000\n\n'));
      },
      cancel: () => {
        this.#streams.delete(own);
      },
    });
    signal.addEventListener('abort', () => {
      if (this.#streams.delete(own)) own.error(new DOMException('stopped', 'AbortError'));
    });
    return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
  }
}
