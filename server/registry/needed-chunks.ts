// Which chunks the registry's versions and variants are made of. Looked at again, it reads only what is new.
import type { Kysely } from 'kysely';
import type { FileRef } from '../../src/core/artifact/chunks.ts';
import type { Digest } from '../../src/core/artifact/digest.ts';
import { manifestSchema, variantSchema } from '../../src/core/artifact/documents.ts';
import type { Tables } from '../storage/tables.ts';
import { filesOf } from './commit.ts';
import { contentOf } from './documents.ts';

export class NeededChunks {
  readonly #digests = new Set<Digest>();
  readonly #seen = new Set<string>();
  readonly #without: ReadonlySet<string>;

  /** @param without names of versions (`digits@3`) that are taken for gone */
  constructor(without: ReadonlySet<string>) {
    this.#without = without;
  }

  has(digest: Digest): boolean {
    return this.#digests.has(digest);
  }

  /** Takes in what was committed since. In a transaction it is whole: nothing is committed beside one. */
  async refresh(database: Kysely<Tables>): Promise<void> {
    await this.#refreshVersions(database);
    await this.#refreshVariants(database);
  }

  async #refreshVersions(database: Kysely<Tables>): Promise<void> {
    const rows = await database
      .selectFrom('versions')
      .select(['model', 'version'])
      .where('collected_at', 'is', null)
      .execute();
    for (const { model, version } of rows) {
      if (!this.#isNew(model, version, '')) continue;
      const { manifest } = await database
        .selectFrom('versions')
        .select('manifest')
        .where('model', '=', model)
        .where('version', '=', version)
        .executeTakeFirstOrThrow();
      filesOf(contentOf(manifest, manifestSchema)).forEach(file => {
        this.#add(file);
      });
    }
  }

  async #refreshVariants(database: Kysely<Tables>): Promise<void> {
    const rows = await database
      .selectFrom('variants')
      .select(['model', 'version', 'variant', 'created_at'])
      .execute();
    for (const { model, version, variant, created_at } of rows) {
      if (!this.#isNew(model, version, `${variant} ${created_at}`)) continue;
      const { document } = await database
        .selectFrom('variants')
        .select('document')
        .where('model', '=', model)
        .where('version', '=', version)
        .where('variant', '=', variant)
        .executeTakeFirstOrThrow();
      this.#add(contentOf(document, variantSchema).file);
    }
  }

  /** Whether it was not seen before, and counts. */
  #isNew(model: string, version: number, what: string): boolean {
    const name = `${model}@${version}`;
    const key = `${name} ${what}`;
    if (this.#without.has(name) || this.#seen.has(key)) return false;
    this.#seen.add(key);
    return true;
  }

  #add({ chunks }: FileRef): void {
    for (const { digest } of chunks) this.#digests.add(digest);
  }
}
