// Which chunks some models' versions and variants are made of: for who may read those models and no others.
import type { Digest } from '../../src/core/artifact/digest.ts';
import { manifestSchema, variantSchema } from '../../src/core/artifact/documents.ts';
import { LruMap } from '../gateway/lru-map.ts';
import type { Rights } from '../../src/core/artifact/rights.ts';
import { filesOf } from './commit.ts';
import type { Registry } from './context.ts';
import { contentOf } from './documents.ts';

/**
 * Models whose chunks are kept in mind; the rest is read again. As many as one key can name (`grantsSchema`), or each of its
 * requests would read them all.
 */
const maxKept = 256;

type Chunks = ReadonlySet<Digest>;

export class ChunksOfModels {
  readonly #registry: Pick<Registry, 'database'>;
  readonly #kept = new LruMap<string, Promise<Chunks>>(maxKept);

  constructor(registry: Pick<Registry, 'database' | 'events'>) {
    this.#registry = registry;
    registry.events.subscribe(event => {
      if (event.type === 'version' || event.type === 'model') this.#kept.delete(event.model);
    });
  }

  /** Those of `digests` that are part of a model which may be read. A chunk of two models is read with the right on either. */
  async readable(rights: Rights, digests: readonly Digest[]): Promise<Digest[]> {
    if (rights.everywhere('read')) return [...digests];
    const sets = await Promise.all(rights.named('read').map(model => this.#of(model)));
    return digests.filter(digest => sets.some(chunks => chunks.has(digest)));
  }

  #of(model: string): Promise<Chunks> {
    const known = this.#kept.get(model);
    if (known) return known;
    const reading = this.#read(model);
    this.#kept.set(model, reading);
    reading.catch(() => {
      if (this.#kept.get(model) === reading) this.#kept.delete(model);
    });
    return reading;
  }

  async #read(model: string): Promise<Chunks> {
    const { database } = this.#registry;
    const versions = await database
      .selectFrom('versions')
      .select('manifest')
      .where('model', '=', model)
      .where('collected_at', 'is', null)
      .execute();
    const variants = await database
      .selectFrom('variants')
      .select('document')
      .where('model', '=', model)
      .execute();
    const files = [
      ...versions.flatMap(({ manifest }) => filesOf(contentOf(manifest, manifestSchema))),
      ...variants.map(({ document }) => contentOf(document, variantSchema).file),
    ];
    return new Set(files.flatMap(({ chunks }) => chunks.map(({ digest }) => digest)));
  }
}
