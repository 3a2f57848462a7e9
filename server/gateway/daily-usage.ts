// What was used of the day's quotas (UTC). Counted in memory before a request is answered, so that no quota is passed; written
// behind, in batches, as additions: several processes may count for one subject, and each learns the sum when it writes. A crash
// forgets what was counted since the last batch, `writeEveryMs` at most, and never counts what was not used.
import { sql } from 'kysely';
import { dayMs } from '../../src/core/durations.ts';
import type { Registry } from '../registry/context.ts';

const writeEveryMs = 5_000;
/** Days that are kept for whoever asks later. */
const keptDays = 32;

type Host = Pick<Registry, 'database' | 'now' | 'log'>;

interface Count {
  total: number;
  /** Of it, what is not written yet. */
  unwritten: number;
}

export class DailyUsage {
  readonly #host: Host;
  #day: number;
  #counts: Map<string, Count>;
  #timer: ReturnType<typeof setTimeout> | null = null;
  #writing: Promise<void> = Promise.resolve();

  private constructor(host: Host, day: number, counts: Map<string, Count>) {
    this.#host = host;
    this.#day = day;
    this.#counts = counts;
  }

  /** With what was used of this day before a restart. */
  static async open(host: Host): Promise<DailyUsage> {
    const day = dayOf(host.now());
    await host.database
      .deleteFrom('usage')
      .where('day', '<', dayName(day - keptDays))
      .execute();
    const rows = await host.database
      .selectFrom('usage')
      .select(['subject', 'predictions'])
      .where('day', '=', dayName(day))
      .execute();
    const counts = rows.map(
      ({ subject, predictions }) => [subject, { total: predictions, unwritten: 0 }] as const,
    );
    return new DailyUsage(host, day, new Map(counts));
  }

  of(subject: string): number {
    this.#turnDay();
    return this.#counts.get(subject)?.total ?? 0;
  }

  /** @param amount negative gives back */
  add(subject: string, amount: number): void {
    this.#turnDay();
    const count = this.#counts.get(subject) ?? { total: 0, unwritten: 0 };
    count.total = Math.max(0, count.total + amount);
    count.unwritten += amount;
    this.#counts.set(subject, count);
    this.#timer ??= setTimeout(() => {
      this.#timer = null;
      this.#write(this.#day, this.#counts);
    }, writeEveryMs).unref();
  }

  /** Until the day ends. */
  secondsLeft(): number {
    const now = this.#host.now().getTime();
    return ((Math.floor(now / dayMs) + 1) * dayMs - now) / 1000;
  }

  /** What is left of the day before is written as that day's. */
  #turnDay(): void {
    const day = dayOf(this.#host.now());
    if (day === this.#day) return;
    this.#write(this.#day, this.#counts);
    this.#day = day;
    this.#counts = new Map();
  }

  #write(day: number, counts: ReadonlyMap<string, Count>): void {
    this.#writing = this.#writing.then(() => this.#writeNow(dayName(day), counts));
  }

  async #writeNow(day: string, counts: ReadonlyMap<string, Count>): Promise<void> {
    const changed = [...counts].filter(([, { unwritten }]) => unwritten !== 0);
    if (changed.length === 0) return;
    const added = changed.map(([, { unwritten }]) => unwritten);
    try {
      const totals = await this.#addAll(
        day,
        changed.map(([subject], i) => ({ subject, predictions: added[i]! })),
      );
      for (const [i, [subject, count]] of changed.entries()) {
        count.unwritten -= added[i]!;
        count.total = Math.max(0, totals.get(subject)! + count.unwritten);
      }
    } catch (error) {
      this.#host.log.error({ err: error }, 'what was used of the day’s quotas could not be written');
    }
  }

  #addAll(
    day: string,
    used: readonly { readonly subject: string; readonly predictions: number }[],
  ): Promise<ReadonlyMap<string, number>> {
    return this.#host.database.transaction().execute(async transaction => {
      const totals = new Map<string, number>();
      for (const { subject, predictions } of used) {
        const row = await transaction
          .insertInto('usage')
          .values({ subject, day, predictions })
          .onConflict(conflict =>
            conflict
              .columns(['subject', 'day'])
              .doUpdateSet({ predictions: sql<number>`usage.predictions + excluded.predictions` }),
          )
          .returning('predictions')
          .executeTakeFirstOrThrow();
        totals.set(subject, row.predictions);
      }
      return totals;
    });
  }

  /** Writes what is left to be written. */
  async close(): Promise<void> {
    if (this.#timer) clearTimeout(this.#timer);
    this.#write(this.#day, this.#counts);
    await this.#writing;
  }
}

function dayOf(now: Date): number {
  return Math.floor(now.getTime() / dayMs);
}

/** `2026-11-26` */
function dayName(day: number): string {
  return new Date(day * dayMs).toISOString().slice(0, 10);
}
