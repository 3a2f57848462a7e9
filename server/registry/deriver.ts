// The queue of variants that are to be made. It stands in the database, written with the version: a crash forgets nothing,
// and a start goes on where the last one ended.
import { toFailure } from '../../src/core/errors.ts';
import type { Selectable } from 'kysely';
import type { DerivationRow as DerivationTable } from '../storage/tables.ts';
import type { Registry } from './context.ts';

type DerivationRow = Selectable<DerivationTable>;

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

  /** Asked anew each time: it changes while others are awaited. */
  #isStopped(): boolean {
    return this.#stopped;
  }

  async #fail(row: DerivationRow, detail: string): Promise<void> {
    await this.#registry.database
      .updateTable('derivations')
      .set({ state: 'failed', detail })
      .where('model', '=', row.model)
      .where('version', '=', row.version)
      .where('variant', '=', row.variant)
      .execute();
  }
}
