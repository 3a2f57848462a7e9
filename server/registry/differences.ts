// Which chunk of a file that somebody has comes nearest to one of the file that they want: between versions of one model
// and one architecture, and the same variant of both.
import type { FileRef } from '../../src/core/artifact/chunks.ts';
import type { Digest } from '../../src/core/artifact/digest.ts';
import { type Manifest, manifestSchema, variantSchema } from '../../src/core/artifact/documents.ts';
import type { FileName } from '../../src/core/artifact/registry-api.ts';
import { toFailure } from '../../src/core/errors.ts';
import {
  type ChunkPair,
  chunkPlaces,
  type FilePlaces,
  pairChunks,
} from '../../src/core/onnx/chunk-places.ts';
import { atMost } from './at-most.ts';
import { readFileRef } from './chunk-files.ts';
import type { Registry } from './context.ts';
import { contentOf } from './documents.ts';
import { Recent } from './recent.ts';

/** Larger files are not read to find out where their tensors lie: their chunks go packed, without differences. */
const maxFileBytes = 512 * 2 ** 20;
/** Of so many files it is remembered. */
const rememberedFiles = 64;
const rememberedPairs = 64;

export type ChunkPairs = ReadonlyMap<Digest, ChunkPair>;

const none: ChunkPairs = new Map();

export class Differences {
  readonly #registry: Pick<Registry, 'database' | 'blobs' | 'log'>;
  readonly #places = new Recent<Digest, Promise<FilePlaces | null>>(rememberedFiles);
  readonly #pairs = new Recent<string, Promise<ChunkPairs>>(rememberedPairs);
  /** One file in memory at a time. */
  readonly #inLine = atMost(1);

  constructor(registry: Pick<Registry, 'database' | 'blobs' | 'log'>) {
    this.#registry = registry;
  }

  /** A chunk of the file `of` → its base. Empty where there is nothing to subtract. @param have digests of files */
  async pairs(of: FileName, have: readonly Digest[]): Promise<ChunkPairs> {
    const found = await this.#files(of, new Set(have));
    if (!found) return none;
    const { target, base } = found;
    return this.#pairs.get(`${target.digest} ${base.digest}`, () => this.#pair(target, base));
  }

  async #pair(target: FileRef, base: FileRef): Promise<ChunkPairs> {
    const [to, from] = [await this.#placesOf(target), await this.#placesOf(base)];
    return to && from ? pairChunks(to, from) : none;
  }

  /** The file, and the one to subtract: its parent's, else that of the nearest version. */
  async #files(of: FileName, have: ReadonlySet<Digest>): Promise<{ target: FileRef; base: FileRef } | null> {
    const versions = await this.#versions(of.model);
    const own = versions.find(({ version }) => version === of.version);
    const target = own && (await this.#fileOf(own, of.variant));
    if (!target) return null;
    const distance = ({ version }: Manifest) =>
      version === own.parent?.version ? 0 : Math.abs(version - own.version);
    const related = versions
      .filter(manifest => manifest !== own && manifest.architecture === own.architecture)
      .sort((a, b) => distance(a) - distance(b));
    for (const manifest of related) {
      const base = await this.#fileOf(manifest, of.variant);
      if (base && have.has(base.digest)) return { target, base };
    }
    return null;
  }

  async #versions(model: string): Promise<Manifest[]> {
    const rows = await this.#registry.database
      .selectFrom('versions')
      .select('manifest')
      .where('model', '=', model)
      .where('collected_at', 'is', null)
      .execute();
    return rows.map(({ manifest }) => contentOf(manifest, manifestSchema));
  }

  async #fileOf({ model, version, authority }: Manifest, variant: string): Promise<FileRef | null> {
    if (variant === authority.variant) return authority.file;
    const row = await this.#registry.database
      .selectFrom('variants')
      .select('document')
      .where('model', '=', model)
      .where('version', '=', version)
      .where('variant', '=', variant)
      .executeTakeFirst();
    return row ? contentOf(row.document, variantSchema).file : null;
  }

  #placesOf(file: FileRef): Promise<FilePlaces | null> {
    return this.#places.get(file.digest, () => this.#inLine(() => this.#read(file)));
  }

  async #read(file: FileRef): Promise<FilePlaces | null> {
    if (file.bytes > maxFileBytes) return null;
    try {
      return chunkPlaces(await readFileRef(this.#registry.blobs, file), file);
    } catch (thrown) {
      const { code, detail } = toFailure(thrown);
      this.#registry.log.warn({ file: file.digest, code, detail }, 'no differences to or from a file');
      return null;
    }
  }
}
