// The Model Client's registry side: one method a path of /registry/v1. Nothing is kept here, and no signature is opened:
// who keeps documents checks them.
import { bundleMediaType } from '../core/artifact/bundle-name.ts';
import { type ChunkRef, verifyChunk } from '../core/artifact/chunks.ts';
import type { Bytes, Digest } from '../core/artifact/digest.ts';
import {
  type Caller,
  callerSchema,
  type EnrolmentAnswer,
  enrolmentAnswerSchema,
  type enrolmentSchema,
} from '../core/artifact/access-api.ts';
import {
  acknowledgementSchema,
  type BundleReceipt,
  bundleReceiptSchema,
  reviewCountsSchema,
  type reviewSchema,
  type SamplesList,
  samplesListSchema,
} from '../core/artifact/inbox-api.ts';
import {
  type ModelDetail,
  modelDetailSchema,
  type BatchQuery,
  chunkFramesType,
  maxBaseFiles,
  maxBatchChunks,
  maxMissingQuery,
  missingAnswerSchema,
  modelListSchema,
  type ModelSummary,
  type Receipt,
  receiptSchema,
  type RegistryEvent,
  type VersionDetail,
  versionDetailSchema,
} from '../core/artifact/registry-api.ts';
import { type Envelope, envelopeDigest, envelopeSchema } from '../core/artifact/signature.ts';
import { HaversackError } from '../core/errors.ts';
import { z } from '../core/zod.ts';
import { readExactly } from './body.ts';
import type { ChunkBatch } from './chunk-batch.ts';
import { Connection, type ConnectionOptions, idleTimeoutMs, workTimeoutMs } from './http.ts';
import { drain, path, withQuery } from './registry-paths.ts';

/** The server sends a comment every 15 s; three missed mean that the line is dead. */
export const eventIdleTimeoutMs = 45_000;

export interface ModelAnswer {
  readonly model: ModelDetail;
  /** For If-Match. */
  readonly etag: string;
}

export interface ModelsAnswer {
  /** Null where nothing changed since `etag`. */
  readonly models: ModelSummary[] | null;
  readonly etag: string | null;
}

type Signal = AbortSignal | undefined;

/** Every method throws `Offline` where the server cannot be reached, `Aborted`, or the code the server answered. */
export class RegistryClient {
  readonly connection: Connection;

  constructor(options: ConnectionOptions) {
    this.connection = new Connection(options);
  }

  /** The root document (`rootSchema`), signed: the newest, or that of a revision. */
  async root(revision?: number, signal?: Signal): Promise<Envelope> {
    const where = revision === undefined ? path`/root` : path`/root/${revision}`;
    return (await this.connection.json(where, envelopeSchema, { signal })).value;
  }

  async me(signal?: Signal): Promise<Caller> {
    return (await this.connection.json(path`/me`, callerSchema, { signal })).value;
  }

  /** All models; with `etag`, only if they changed since the answer that had it. */
  async models({ etag, signal }: { etag?: string | null; signal?: Signal } = {}): Promise<ModelsAnswer> {
    const answer = await this.connection.json(path`/models`, modelListSchema.or(z.null()), {
      signal,
      headers: etag ? { 'if-none-match': etag } : {},
      nothing: 304,
    });
    return { models: answer.value?.models ?? null, etag: answer.headers.get('etag') ?? etag ?? null };
  }

  async model(model: string, signal?: Signal): Promise<ModelAnswer> {
    const { value, headers } = await this.connection.json(path`/models/${model}`, modelDetailSchema, {
      signal,
    });
    return { model: value, etag: headers.get('etag') ?? '*' };
  }

  async version(model: string, version: number, signal?: Signal): Promise<VersionDetail> {
    const where = path`/models/${model}/versions/${version}`;
    return (await this.connection.json(where, versionDetailSchema, { signal })).value;
  }

  /** The alias document (`aliasSchema`), signed. */
  async alias(model: string, alias: string, signal?: Signal): Promise<Envelope> {
    return (await this.connection.json(path`/models/${model}/aliases/${alias}`, envelopeSchema, { signal }))
      .value;
  }

  /**
   * A chunk's bytes. Its size is enforced while it streams, and only then is it hashed.
   * @throws HaversackError `ChunkInvalid`
   */
  async chunk(ref: ChunkRef, signal?: Signal): Promise<Bytes> {
    const name = `chunk ${ref.digest.slice(0, 12)}`;
    const { value } = await this.connection.request(
      path`/chunks/${ref.digest}`,
      { signal, headers: { accept: 'application/octet-stream, application/problem+json' } },
      (response, deadline) => readExactly(response, ref.bytes, name, deadline.touch),
    );
    await verifyChunk(value, ref);
    return value;
  }

  /**
   * Many chunks with one request, each in the shortest form for what `batch.have` names.
   * @returns those that did not come; to be asked for one by one
   * @throws HaversackError `NotFound` where the registry has no such thing: it may be a folder of files
   */
  async chunks(refs: readonly ChunkRef[], batch: ChunkBatch, signal?: Signal): Promise<ChunkRef[]> {
    const left: ChunkRef[] = [];
    const { readBatch } = await loaded(() => import('./chunk-batch.ts'));
    for (let start = 0; start < refs.length; start += maxBatchChunks) {
      const asked = refs.slice(start, start + maxBatchChunks);
      const query: BatchQuery = {
        chunks: asked.map(({ digest }) => digest),
        of: batch.of,
        have: batch.have.slice(0, maxBaseFiles),
      };
      const { value } = await this.connection.request(
        path`/chunks/batch`,
        {
          method: 'POST',
          headers: {
            accept: `${chunkFramesType}, application/problem+json`,
            'content-type': 'application/json',
          },
          body: JSON.stringify(query),
          signal,
        },
        (response, deadline) => readBatch(response, asked, batch, deadline.touch),
      );
      left.push(...value);
    }
    return left;
  }

  /** Which of these chunks the registry lacks. */
  async missing(digests: readonly Digest[], signal?: Signal): Promise<Digest[]> {
    const missing: Digest[] = [];
    for (let start = 0; start < digests.length; start += maxMissingQuery) {
      const body = { digests: digests.slice(start, start + maxMissingQuery) };
      const answer = await this.post(path`/chunks/missing`, body, missingAnswerSchema, { signal });
      missing.push(...answer.missing);
    }
    return missing;
  }

  /** Idempotent: the same bytes again are no error. */
  async putChunk(digest: Digest, bytes: Bytes, signal?: Signal): Promise<void> {
    const headers = { 'content-type': 'application/octet-stream' };
    const options = { method: 'PUT', headers, body: bytes, signal };
    await this.connection.request(path`/chunks/${digest}`, options, drain);
  }

  /** Delivers a candidate whose chunks have arrived. Sent again, it answers the same receipt. */
  async submitCandidate(candidate: Envelope, signal?: Signal): Promise<Receipt> {
    const timeoutMs = workTimeoutMs;
    const receipt = await this.post(path`/candidates`, candidate, receiptSchema, { signal, timeoutMs });
    const wanted = await envelopeDigest(candidate);
    if (receipt.candidate !== wanted) {
      const got = receipt.candidate.slice(0, 12);
      throw new HaversackError(
        'DocumentInvalid',
        `receipt for candidate ${got}, wanted ${wanted.slice(0, 12)}`,
      );
    }
    return receipt;
  }

  /** Delivers a document that this device signed. Sent again, it is acknowledged again. @throws HaversackError `DocumentInvalid` */
  async sendDocument(to: 'reports' | 'samples', document: Envelope, signal?: Signal): Promise<void> {
    const { digest } = await this.post(path`/${to}`, document, acknowledgementSchema, { signal });
    const wanted = await envelopeDigest(document);
    if (digest === wanted) return;
    const got = digest.slice(0, 12);
    throw new HaversackError('DocumentInvalid', `${got} was acknowledged, sent was ${wanted.slice(0, 12)}`);
  }

  /** Samples documents that devices sent, oldest first; for trainers. @param after what `next` said before */
  async samples(model: string, after: string | null, signal?: Signal): Promise<SamplesList> {
    const where = withQuery(path`/models/${model}/samples`, { after });
    return (await this.connection.json(where, samplesListSchema, { signal })).value;
  }

  /** Tells the registry what was made of samples. */
  async reviewSamples(
    model: string,
    review: z.input<typeof reviewSchema>,
    signal?: Signal,
  ): Promise<z.infer<typeof reviewCountsSchema>> {
    const options = { method: 'PATCH', signal };
    return this.post(path`/models/${model}/samples`, review, reviewCountsSchema, options);
  }

  /** Hands a bundle over: each document in it counts as if it had been sent by itself. */
  async importBundle(bundle: Bytes, signal?: Signal): Promise<BundleReceipt> {
    const { value } = await this.connection.json(path`/bundles`, bundleReceiptSchema, {
      method: 'POST',
      headers: { 'content-type': bundleMediaType },
      body: bundle,
      signal,
      timeoutMs: workTimeoutMs,
    });
    return value;
  }

  /** Asks for this device to be let in, at once where a code comes with it; asked again, it answers how that stands. */
  async enrol(request: z.input<typeof enrolmentSchema>, signal?: Signal): Promise<EnrolmentAnswer> {
    return this.post(path`/devices`, request, enrolmentAnswerSchema, { signal });
  }

  /**
   * Listens for news. Resolves when the stream ends or `signal` aborts; who wants more calls it again.
   * @throws HaversackError `Offline` where the line broke or fell silent
   */
  async events(options: {
    signal: AbortSignal;
    onEvent: (event: RegistryEvent) => void;
    onOpen?: () => void;
  }): Promise<void> {
    const { signal, onEvent, onOpen } = options;
    const headers = { accept: 'text/event-stream' };
    try {
      const { readEvents } = await loaded(() => import('./events.ts'));
      await this.connection.request(
        path`/events`,
        { signal, headers, timeoutMs: eventIdleTimeoutMs },
        async (response, deadline) => {
          onOpen?.();
          await readEvents(response, onEvent, deadline.touch);
        },
      );
    } catch (thrown) {
      if (!signal.aborted) throw thrown;
    }
  }

  /** JSON there and back. */
  protected async post<T>(
    where: string,
    body: unknown,
    schema: z.ZodType<T>,
    options: { method?: string; headers?: Record<string, string>; signal?: Signal; timeoutMs?: number },
  ): Promise<T> {
    const { value } = await this.connection.json(where, schema, {
      method: options.method ?? 'POST',
      headers: { 'content-type': 'application/json', ...options.headers },
      body: JSON.stringify(body),
      signal: options.signal,
      timeoutMs: options.timeoutMs ?? idleTimeoutMs,
    });
    return value;
  }
}

/**
 * A part of this client, before the request that needs it: a browser has six connections to a server (HTTP/1.1), and
 * answers that wait for code to come would hold them all.
 */
async function loaded<T>(load: () => Promise<T>): Promise<T> {
  try {
    return await load();
  } catch (cause) {
    throw new HaversackError('Offline', 'a part of the app could not be loaded', { cause });
  }
}
