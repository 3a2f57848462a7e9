// The limits of models, as the gate asks for them at every prediction: kept in memory until an admin changes them.
import type { Limits } from '../../src/core/artifact/grant.ts';
import { HaversackError } from '../../src/core/errors.ts';
import type { Registry } from './context.ts';
import { KeptRows } from './kept-rows.ts';
import { readServing } from './serving.ts';

export class ModelLimits {
  readonly #kept: KeptRows<Limits>;

  constructor(registry: Registry) {
    this.#kept = new KeptRows(model => readLimits(registry, model));
    registry.events.subscribe(event => {
      if (event.type === 'model') this.#kept.forget(event.model);
    });
  }

  /** Null for a model that is not here. */
  of(model: string): Promise<Limits | null> {
    return this.#kept.find(model);
  }
}

async function readLimits(registry: Registry, model: string): Promise<Limits | null> {
  try {
    return (await readServing(registry, model)).limits;
  } catch (error) {
    if (error instanceof HaversackError && error.code === 'NotFound') return null;
    throw error;
  }
}
