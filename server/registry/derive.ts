// Variants made of a version after it was committed. What is to be made stands in the database, written with the version:
// a crash forgets nothing, and a start goes on where the last one ended.
import { chunkFile } from '../../src/core/artifact/chunks.ts';
import { manifestSchema } from '../../src/core/artifact/documents.ts';
import { toFailure } from '../../src/core/errors.ts';
import { tensorLayout } from '../../src/core/onnx/layout.ts';
import { quantizeWeights } from '../../src/core/passes/quantize-weights.ts';
import type { DerivationRow } from '../storage/tables.ts';
import { record } from './audit.ts';
import { readFileRef } from './chunk-files.ts';
import { insertVariant, type VariantDraft } from './commit.ts';
import type { Registry } from './context.ts';
import { contentOf } from './documents.ts';
import { measure } from './measure.ts';

/** Larger files are left as they are: the pass holds the file a few times over. */
const maxDerivedBytes = 512 * 2 ** 20;
const int8Recipe = { kind: 'quantize-weights', bits: 8, perChannel: true };

/** The variants made of an authority; of one that is quantized already, none. */
export function derivedFrom(authority: string): readonly string[] {
  return authority === 'fp32' ? ['int8'] : [];
}

/** Makes what is to be made, one at a time, in the background. */
export class Deriver {
  readonly #registry: Registry;
  #running: Promise<void> | null = null;
  #again = false;
  #stopped = false;

  constructor(registry: Registry) {
    this.#registry = registry;
  }

  /** Looks for work now, or once more after the work in hand. */
  wake(): void {
    if (this.#stopped) return;
    if (this.#running) {
      this.#again = true;
      return;
    }
    this.#running = this.#work()
      .catch((error: unknown) => {
        this.#registry.log.error({ err: error }, 'derivation stopped');
      })
      .finally(() => {
        this.#running = null;
        if (this.#again) {
          this.#again = false;
          this.wake();
        }
      });
  }

  /** Resolves when nothing is left to be made. */
  async idle(): Promise<void> {
    while (this.#running) await this.#running;
  }

  /** Starts nothing more; resolves when what is in hand is done. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.idle();
  }

  async #work(): Promise<void> {
    for (;;) {
      const next = await this.#registry.database
        .selectFrom('derivations')
        .selectAll()
        .where('state', '=', 'pending')
        .orderBy('model')
        .orderBy('version')
        .executeTakeFirst();
      if (!next || this.#stopped) return;
      const { model, version, variant } = next;
      try {
        await this.#derive(next);
      } catch (thrown) {
        const { code, detail } = toFailure(thrown);
        this.#registry.log.warn({ model, version, variant, code, detail }, 'variant not made');
        await this.#settle(next, 'failed', `${code}: ${detail}`);
      }
    }
  }

  async #derive(row: DerivationRow): Promise<void> {
    const registry = this.#registry;
    const stored = await registry.database
      .selectFrom('versions')
      .select(['manifest', 'digest'])
      .where('model', '=', row.model)
      .where('version', '=', row.version)
      .executeTakeFirstOrThrow();
    const manifest = contentOf(stored.manifest, manifestSchema);
    const { bytes } = manifest.authority.file;
    if (bytes > maxDerivedBytes) {
      await this.#settle(
        row,
        'failed',
        `the file has ${bytes} bytes, at most ${maxDerivedBytes} are derived`,
      );
      return;
    }
    const file = quantizeWeights(await readFileRef(registry.blobs, manifest.authority.file), {
      perChannel: true,
    });
    if (file.length >= bytes) {
      await this.#settle(row, 'failed', `it would have ${file.length} bytes, the authority has ${bytes}`);
      return;
    }
    const evaluations = await measure(registry, manifest, file);
    const chunked = await chunkFile(file, tensorLayout(file));
    for (const [digest, chunk] of chunked.chunks) await registry.blobs.put(digest, chunk);
    const draft: VariantDraft = {
      variant: row.variant,
      recipe: int8Recipe,
      runtime: await registry.runtimeName(),
      file: chunked.ref,
      evaluations,
    };
    await this.#insert(row, stored.digest, draft);
    registry.events.publish({ type: 'version', model: row.model, version: row.version });
  }

  async #insert(row: DerivationRow, digest: string, draft: VariantDraft): Promise<void> {
    const registry = this.#registry;
    const { model, version, variant } = row;
    await registry.database.transaction().execute(async transaction => {
      await insertVariant(registry, transaction, { model, version, digest }, draft);
      await transaction
        .updateTable('derivations')
        .set({ state: 'done' })
        .where('model', '=', model)
        .where('version', '=', version)
        .where('variant', '=', variant)
        .execute();
      await transaction
        .updateTable('models')
        .set({ updated_at: registry.now().toISOString() })
        .where('name', '=', model)
        .execute();
      await record(transaction, registry.now(), {
        who: 'registry',
        what: 'variant',
        subject: `${model}@${version}`,
        detail: variant,
      });
    });
  }

  async #settle(row: DerivationRow, state: 'failed', detail: string): Promise<void> {
    await this.#registry.database
      .updateTable('derivations')
      .set({ state, detail })
      .where('model', '=', row.model)
      .where('version', '=', row.version)
      .where('variant', '=', row.variant)
      .execute();
  }
}
