// Reads versions from a registry the way a device does: every document's signature and every chunk's digest is checked.
import { downloadChunks } from './download.ts';
import type { RegistryClient } from './registry.ts';
import { type FileRef, joinFile } from '../core/artifact/chunks.ts';
import { type Bytes, type Digest, sha256 } from '../core/artifact/digest.ts';
import {
  type Alias,
  aliasSchema,
  type Manifest,
  manifestSchema,
  type Root,
  rootSchema,
  type Variant,
  variantSchema,
} from '../core/artifact/documents.ts';
import { isExpired, isNewerAlias } from '../core/artifact/newer-alias.ts';
import type { FileName } from '../core/artifact/registry-api.ts';
import { settledVersion } from '../core/artifact/rollout.ts';
import { followRoot, keysOf, openFirstRoot, type OpenedRoot } from '../core/artifact/root-chain.ts';
import { type Envelope, envelopeDigest, openDocument, readDocument } from '../core/artifact/signature.ts';
import { HaversackError } from '../core/errors.ts';
import type { z } from '../core/zod.ts';

export interface OpenedVersion {
  readonly manifest: Manifest;
  readonly digest: Digest;
  readonly variants: readonly Variant[];
  /** Since when the registry has its bytes no more. */
  readonly collectedAt: string | null;
}

/** What was seen of one registry before. */
export interface SeenRegistry {
  readonly root: Envelope;
  /** By `model@alias`. */
  readonly aliases: Readonly<Record<string, Envelope>>;
}

/** Where that is kept. */
export interface RegistryMemory {
  recall(): Promise<SeenRegistry | null>;
  rememberRoot(root: Envelope): Promise<void>;
  rememberAlias(name: string, alias: Envelope): Promise<void>;
}

/** A file that is here, as chunks: what need not be fetched of another that shares them. */
export interface LocalFile {
  readonly digest: Digest;
  readonly chunks: ReadonlyMap<Digest, Bytes>;
}

/** A version as it is asked for: a number, an alias, or null for what the registry serves. */
export interface VersionName {
  readonly model: string;
  readonly at: number | string | null;
}

export interface Trust {
  /** The key that it must have. */
  readonly keyId?: string | undefined;
  /** Null: it is taken at its word each time. */
  readonly memory?: RegistryMemory | null;
  /** Told what is believed with a doubt: one line. */
  readonly warn?: (line: string) => void;
  readonly now?: () => Date;
}

/** A registry whose key is known: what it signed can be opened. */
export class TrustedRegistry {
  readonly #client: RegistryClient;
  readonly #root: Root;
  readonly #trust: Trust;

  private constructor(client: RegistryClient, root: Root, trust: Trust) {
    this.#client = client;
    this.#root = root;
    this.#trust = trust;
  }

  /**
   * Takes the registry at its word on first sight, or, with `keyId`, only if that is its key. Seen before, it must be the same,
   * or have been given its new key by the one before.
   * @throws HaversackError `KeyChanged`, `SignatureInvalid`, `Rollback`
   */
  static async open(client: RegistryClient, trust: Trust = {}): Promise<TrustedRegistry> {
    const { keyId, memory } = trust;
    const offered = await client.root();
    const known = await memory?.recall();
    const opened = known ? await follow(known.root, offered, client) : await openFirstRoot(offered);
    const { keys } = opened.root;
    if (keyId !== undefined && !keys.some(key => key.keyId === keyId)) {
      const got = keys.map(key => key.keyId.slice(0, 12)).join(', ');
      throw new HaversackError('KeyChanged', `its key is ${got}, wanted ${keyId.slice(0, 12)}`);
    }
    const isNew = JSON.stringify(known?.root) !== JSON.stringify(opened.envelope);
    if (isNew) await memory?.rememberRoot(opened.envelope);
    return new TrustedRegistry(client, opened.root, trust);
  }

  /** Opens a document that one of the registry's keys must have signed. */
  read<T>(envelope: Envelope, schema: z.ZodType<T>): Promise<T> {
    return openDocument(envelope, schema, keysOf(this.#root));
  }

  /** The version a name stands for; without `@` that is what `production` points at, else the newest. */
  async resolve({ model, at }: VersionName): Promise<number> {
    if (typeof at === 'number') return at;
    const alias = at ?? 'production';
    try {
      return settledVersion(await this.#alias(model, alias));
    } catch (thrown) {
      if (at !== null || !(thrown instanceof HaversackError) || thrown.code !== 'NotFound') throw thrown;
      // Where it was once, a registry that says otherwise hides it: the list alone is signed by nobody.
      if (await this.#seen(`${model}@${alias}`)) throw thrown;
      return this.#newest(model);
    }
  }

  async #alias(model: string, alias: string): Promise<Alias> {
    const envelope = await this.#client.alias(model, alias);
    const document = await this.read(envelope, aliasSchema);
    const name = `${model}@${alias}`;
    const got = `${document.model}@${document.alias}`;
    if (got !== name) {
      throw new HaversackError('SignatureInvalid', `the alias document is ${got}'s, wanted ${name}'s`);
    }
    const { memory, warn, now = () => new Date() } = this.#trust;
    const before = await this.#seen(name);
    const isNewer = !before || isNewerAlias(document, readDocument(before, aliasSchema));
    if (isNewer) await memory?.rememberAlias(name, envelope);
    if (isExpired(document, now())) {
      warn?.(
        `The registry last said on ${document.issuedAt.slice(0, 10)} what ${name} is; it may be another by now.`,
      );
    }
    return document;
  }

  async #seen(name: string): Promise<Envelope | null> {
    return (await this.#trust.memory?.recall())?.aliases[name] ?? null;
  }

  async #newest(model: string): Promise<number> {
    const { models } = await this.#client.models();
    const newest = models?.find(summary => summary.model === model)?.versions[0];
    if (!newest) throw new HaversackError('NotFound', `model ${model}`);
    return newest.version;
  }

  async version(model: string, version: number): Promise<OpenedVersion> {
    const detail = await this.#client.version(model, version);
    const manifest = await this.read(detail.manifest, manifestSchema);
    if (manifest.model !== model || manifest.version !== version) {
      const got = `${manifest.model}@${manifest.version}`;
      throw new HaversackError('SignatureInvalid', `the manifest is ${got}'s, wanted ${model}@${version}'s`);
    }
    const digest = await envelopeDigest(detail.manifest);
    const variants = await Promise.all(detail.variants.map(envelope => this.read(envelope, variantSchema)));
    const stray = variants.find(variant => variant.versionDigest !== digest);
    if (stray) {
      throw new HaversackError('SignatureInvalid', `variant ${stray.variant} belongs to another version`);
    }
    return { manifest, digest, variants, collectedAt: detail.collectedAt };
  }

  /**
   * A whole file, checked. What `here` has of it is not fetched, and what differs by little comes as the difference.
   * @param onProgress bytes of chunks that are here, of those that were not
   * @returns with it the bytes that came over the line
   */
  async file(
    { of, ref }: NamedFile,
    here: LocalFile | null,
    onProgress: (doneBytes: number, totalBytes: number) => void,
    signal?: AbortSignal,
  ): Promise<{ file: Bytes; downloadedBytes: number }> {
    const chunks = new Map(here?.chunks);
    const wanted = new Map(
      ref.chunks.filter(({ digest }) => !chunks.has(digest)).map(ref => [ref.digest, ref]),
    );
    const totalBytes = [...wanted.values()].reduce((sum, { bytes }) => sum + bytes, 0);
    let doneBytes = 0;
    let downloadedBytes = 0;
    onProgress(0, totalBytes);
    await downloadChunks({
      source: this.#client,
      files: [{ of, refs: [...wanted.values()] }],
      have: here ? [here.digest] : [],
      readBase: digest => Promise.resolve(here?.chunks.get(digest) ?? null),
      signal,
      keep: ({ digest }, bytes) => void chunks.set(digest, bytes),
      onKept: ({ bytes }, wireBytes) => {
        doneBytes += bytes;
        downloadedBytes += wireBytes;
        onProgress(doneBytes, totalBytes);
      },
    });
    const file = await joinFile(ref, ({ digest }) => {
      const bytes = chunks.get(digest);
      return bytes ? Promise.resolve(bytes) : Promise.reject(new HaversackError('ChunkMissing', digest));
    });
    const actual = await sha256(file);
    if (actual !== ref.digest) {
      throw new HaversackError('ChunkInvalid', `the file has digest ${actual}, wanted ${ref.digest}`);
    }
    return { file, downloadedBytes };
  }
}

function follow(known: Envelope, offered: Envelope, client: RegistryClient): Promise<OpenedRoot> {
  const root = readDocument(known, rootSchema);
  return followRoot({ envelope: known, root }, offered, revision => client.root(revision));
}

export interface NamedFile {
  readonly of: FileName;
  readonly ref: FileRef;
}

/** The file of a variant, the authority's included. */
export function variantFile({ manifest, variants, collectedAt }: OpenedVersion, name?: string): NamedFile {
  const { model, version, authority } = manifest;
  if (collectedAt) throw new HaversackError('VersionCollected', `${model}@${version}, on ${collectedAt}`);
  const named = (variant: string, ref: FileRef) => ({ of: { model, version, variant }, ref });
  if (name === undefined || name === authority.variant) return named(authority.variant, authority.file);
  const found = variants.find(({ variant }) => variant === name);
  if (found) return named(name, found.file);
  const there = [authority.variant, ...variants.map(({ variant }) => variant)].join(', ');
  throw new HaversackError('NotFound', `variant ${name} of ${model}@${version}; there are ${there}`);
}
