// What is on this device, as requests need it: parsed once, and again after a change. A small model's answer takes less time than
// reading its documents.
import type { Alias, Manifest } from '../../core/artifact/documents.ts';
import { targetOf } from '../../core/artifact/rollout.ts';
import { HaversackError } from '../../core/errors.ts';
import { seenAlias } from '../../device/aliases.ts';
import { readCandidate } from '../../device/candidates.ts';
import { onChanges } from '../../device/changes.ts';
import type { Database } from '../../device/db.ts';
import { activeOf, keptVariant, listActive, listInstalled, openInstalled } from '../../device/library.ts';
import { candidateOf } from '../../device/needs.ts';
import type { Active, Installed } from '../../device/schema.ts';
import { standingOf } from '../../device/standing.ts';
import { versionKey } from '../../device/version-key.ts';
import type { ServedTarget } from '../bridge/served-models.ts';

export interface InstalledVersion {
  readonly manifest: Pick<Manifest, 'interface' | 'labels'>;
  /** The one that answers: what runs, or the kind of it. */
  readonly variant: string;
  /** What the worker is to open. */
  readonly target: ServedTarget;
}

/** In a version's place: what was made here, runs, and has no number yet. */
export const unnumbered = 0;

/** Read again after so long: that is also when it is written down that the version is in use. */
const staleAfterMs = 10 * 60_000;
/** What devices follow, and what is in use with it. */
const followedAlias = 'production';

export class InstalledVersions {
  readonly #db: Database;
  readonly #versions = new Map<
    string,
    { readonly at: number; readonly reading: Promise<InstalledVersion> }
  >();
  readonly #active = new Map<string, Promise<Active | null>>();
  readonly #unfollow: () => void;

  constructor(db: Database) {
    this.#db = db;
    this.#unfollow = onChanges(({ type }) => {
      // One that founds a model may take the place of another without either of the others changing.
      if (type !== 'installed' && type !== 'active' && type !== 'candidates') return;
      this.#versions.clear();
      this.#active.clear();
    });
  }

  close(): void {
    this.#unfollow();
  }

  /** @param version or `unnumbered` @throws HaversackError `NotInstalled`, `DocumentInvalid`, `StorageFailed` */
  get(model: string, version: number): Promise<InstalledVersion> {
    const key = versionKey(model, version);
    const known = this.#versions.get(key);
    if (known && performance.now() - known.at < staleAfterMs) return known.reading;
    return this.#keep(
      this.#versions,
      key,
      reading => ({ at: performance.now(), reading }),
      this.#read(model, version),
    );
  }

  list(): Promise<Installed[]> {
    return listInstalled(this.#db);
  }

  /** Models of which there runs what has no number yet. */
  async unnumbered(): Promise<string[]> {
    const active = await listActive(this.#db);
    return active.filter(({ version }) => version === null).map(({ model }) => model);
  }

  /**
   * Which version a name means here: nothing is what runs, which may be `unnumbered`; an alias is what its newest signed document says for this device.
   * Where the followed one means a version that has not come yet, what runs answers, and says that it did.
   * @throws HaversackError `NotInstalled`, `NotFound` (an alias that nobody told this device of)
   */
  async resolve(model: string, version: number | string | undefined): Promise<number> {
    if (typeof version === 'number') {
      await this.get(model, version);
      return version;
    }
    const active = await this.#activeOf(model);
    const alias = version === undefined ? null : await this.#meant(model, version, active);
    if (alias === null) {
      if (!active) throw new HaversackError('NotInstalled', `${model} has no version on this device`);
      return active.version ?? unnumbered;
    }
    // What an alias names has a number: what has none yet does not stand in for it.
    const stands = version === followedAlias && active !== null && active.version !== null;
    if (stands && !(await this.#has(model, alias))) return active.version;
    await this.get(model, alias);
    return alias;
  }

  async #meant(model: string, name: string, active: Active | null): Promise<number | null> {
    const seen = await seenAlias(this.#db, model, name);
    if (!seen) throw new HaversackError('NotFound', `this device was told of no alias ${name} of ${model}`);
    return this.#forThisDevice(seen.alias, active);
  }

  async #forThisDevice(alias: Alias, active: Active | null): Promise<number | null> {
    const target = await targetOf(alias, await standingOf(this.#db), active?.version ?? null);
    return target?.version ?? null;
  }

  async #has(model: string, version: number): Promise<boolean> {
    return (await this.#db.getKey('installed', [model, version])) !== undefined;
  }

  async #read(model: string, version: number): Promise<InstalledVersion> {
    if (version === unnumbered) return this.#readUnnumbered(model);
    const [installed, active] = await Promise.all([
      openInstalled(this.#db, model, version),
      this.#activeOf(model),
    ]);
    const { manifest, row } = installed;
    const authority = row.variants.find(name => name === manifest.authority.variant);
    const running = active?.version === version ? keptVariant(row, active) : undefined;
    const variant = running ?? authority ?? row.variants[0]!;
    return { manifest, variant, target: { model, version, variant } };
  }

  async #readUnnumbered(model: string): Promise<InstalledVersion> {
    const active = await this.#activeOf(model);
    if (active?.version !== null) {
      throw new HaversackError('NotInstalled', `${model} has nothing without a number on this device`);
    }
    const { candidate, variant } = active;
    return {
      manifest: candidateOf(await readCandidate(this.#db, candidate)),
      variant,
      target: { candidate },
    };
  }

  #activeOf(model: string): Promise<Active | null> {
    return (
      this.#active.get(model) ??
      this.#keep(this.#active, model, reading => reading, activeOf(this.#db, model))
    );
  }

  /** What failed is not kept. */
  #keep<T, Entry>(
    map: Map<string, Entry>,
    key: string,
    entryOf: (reading: Promise<T>) => Entry,
    reading: Promise<T>,
  ): Promise<T> {
    const entry = entryOf(reading);
    map.set(key, entry);
    reading.catch(() => {
      if (map.get(key) === entry) map.delete(key);
    });
    return reading;
  }
}
