// The limits of models, as the gate asks for them at every prediction: kept in memory until an admin changes them.
import type { Limits } from '../../src/core/artifact/grant.ts';
import { defaultServing } from '../../src/core/artifact/serving-api.ts';
import { HaversackError } from '../../src/core/errors.ts';
import type { Registry } from './context.ts';
import { KeptRows } from './kept-rows.ts';
import { readServing } from './serving.ts';

export class ModelLimits {
  readonly #kept: KeptRows<Limits>;

  constructor(registry: Registry) {
    this.#kept = new KeptRows(model => readLimits(registry, model));
    registry.events.subscribe(event => {
      if (event.type === 'model' || event.type === 'version') this.#kept.forget(event.model);
    });
  }

  /** None for a model that is not here: asked for again and again, it costs no database either. */
  of(model: string): Promise<Limits | null> {
    return this.#kept.find(model);
  }
}

async function readLimits(registry: Registry, model: string): Promise<Limits> {
  try {
    return (await readServing(registry, model)).limits;
  } catch (error) {
    if (error instanceof HaversackError && error.code === 'NotFound') return defaultServing.limits;
    throw error;
  }
}
