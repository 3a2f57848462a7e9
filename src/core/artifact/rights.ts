// What a set of grants lets one do, in a form that a request asks in nanoseconds. Knows neither callers nor routes.
import type { Grant, ModelRight } from './grant.ts';

/** `admin` is all of them, on the same model. */
const masks: Readonly<Record<ModelRight, number>> = {
  read: 0b00001,
  predict: 0b00010,
  write: 0b00100,
  promote: 0b01000,
  admin: 0b11111,
};

export class Rights {
  readonly #everywhere: number = 0;
  readonly #byModel = new Map<string, number>();

  /** Of each grant what it gives; together with what another gives for the same model. */
  constructor(grants: readonly Grant[]) {
    for (const { model, rights } of grants) {
      const mask = rights.reduce((sum, right) => sum | masks[right], 0);
      if (model === '*') this.#everywhere |= mask;
      else this.#byModel.set(model, (this.#byModel.get(model) ?? 0) | mask);
    }
  }

  on(model: string, right: ModelRight): boolean {
    return holds(this.#everywhere | (this.#byModel.get(model) ?? 0), right);
  }

  /** On all models, those to come too; so on the server as a whole. */
  everywhere(right: ModelRight): boolean {
    return holds(this.#everywhere, right);
  }

  /** On one model at least. */
  somewhere(right: ModelRight): boolean {
    return this.everywhere(right) || [...this.#byModel.keys()].some(model => this.on(model, right));
  }

  /** The models that are named and give it, whether or not they are there; `everywhere` is more than these. */
  named(right: ModelRight): string[] {
    return [...this.#byModel.keys()].filter(model => this.on(model, right));
  }
}

function holds(mask: number, right: ModelRight): boolean {
  return (mask & masks[right]) === masks[right];
}

/** By the list itself: those of a role, and those of a key that is kept, are read once. */
const known = new WeakMap<readonly Grant[], Rights>();

export function rightsOf(grants: readonly Grant[]): Rights {
  const before = known.get(grants);
  if (before) return before;
  const rights = new Rights(grants);
  known.set(grants, rights);
  return rights;
}
