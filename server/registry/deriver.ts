// The queue of variants that are to be made. It stands in the database, written with the version: a crash forgets nothing,
// and a start goes on where the last one ended.
import { toFailure } from '../../src/core/errors.ts';
import type { Registry } from './context.ts';
import type { DerivationRow } from './derive.ts';

/** Tries in all, one a start: what fails so often will not come by itself. */
const maxAttempts = 3;

/** Makes what is to be made, one at a time, in the background. */
export class Deriver {
  readonly #registry: Registry;
  #running: Promise<void> | null = null;
  #again = false;
  /** Until what a start before left has been looked through. */
  #starts = true;
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
    if (this.#starts) await this.#takeUp();
    this.#starts = false;
    for (;;) {
      const next = await this.#registry.database
        .selectFrom('derivations')
        .selectAll()
        .where('state', '=', 'pending')
        .orderBy('model')
        .orderBy('version')
        .orderBy('variant')
        .executeTakeFirst();
      if (!next || this.#stopped) return;
      const { model, version, variant } = next;
      try {
        // With the first work, not with the server: it brings the ONNX schema along.
        const { derive } = await import('./derive.ts');
        await derive(this.#registry, next);
      } catch (thrown) {
        const { code, detail } = toFailure(thrown);
        // Given up because the server stops: the next start makes it.
        if (this.#isStopped()) return;
        this.#registry.log.warn({ model, version, variant, code, detail }, 'variant not made');
        await this.#fail(next, `${code}: ${detail}`);
      }
    }
  }

  /** What failed is tried again, so many times; what is said to be done, and is not there, is made again. */
  async #takeUp(): Promise<void> {
    const { database } = this.#registry;
    await database
      .updateTable('derivations')
      .set({ state: 'pending' })
      .where('state', '=', 'failed')
      .where('attempts', '<', maxAttempts)
      .execute();
    await database
      .updateTable('derivations')
      .set({ state: 'pending' })
      .where('state', '=', 'done')
      .where(build =>
        build.not(
          build.exists(
            build
              .selectFrom('variants')
              .select('variants.variant')
              .whereRef('variants.model', '=', 'derivations.model')
              .whereRef('variants.version', '=', 'derivations.version')
              .whereRef('variants.variant', '=', 'derivations.variant'),
          ),
        ),
      )
      .where(build =>
        build.exists(
          build
            .selectFrom('versions')
            .select('versions.version')
            .whereRef('versions.model', '=', 'derivations.model')
            .whereRef('versions.version', '=', 'derivations.version')
            .where('versions.collected_at', 'is', null),
        ),
      )
      .execute();
  }

  /** Asked anew each time: it changes while others are awaited. */
  #isStopped(): boolean {
    return this.#stopped;
  }

  async #fail(row: DerivationRow, detail: string): Promise<void> {
    await this.#registry.database
      .updateTable('derivations')
      .set({ state: 'failed', detail, attempts: row.attempts + 1 })
      .where('model', '=', row.model)
      .where('version', '=', row.version)
      .where('variant', '=', row.variant)
      .execute();
  }
}
