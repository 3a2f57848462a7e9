// The answer to "what is there?", which every device asks again and again: kept whole in memory, so that "nothing new" costs no
// database read. Made anew after an event that says something changed, and when an alias document in it is due to be issued
// again.
import { aliasSchema } from '../../src/core/artifact/documents.ts';
import type { ModelDetail, RegistryEvent } from '../../src/core/artifact/registry-api.ts';
import { readDocument } from '../../src/core/artifact/signature.ts';
import { type Tagged, tagged } from '../gateway/conditional.ts';
import { aliasRenewMs } from './aliases.ts';
import { listModels, summaryOf } from './catalogue.ts';
import type { Registry } from './context.ts';

export interface KeptList {
  readonly models: readonly ModelDetail[];
  /** As it is sent. */
  readonly answer: Tagged;
}

export class ModelList {
  readonly #registry: Registry;
  #kept: (KeptList & { readonly untilMs: number }) | null = null;
  /** The one that is being made: whoever asks meanwhile waits for it. */
  #making: Promise<KeptList> | null = null;

  constructor(registry: Registry) {
    this.#registry = registry;
    registry.events.subscribe(event => {
      if (changesList(event)) this.#forget();
    });
  }

  async read(): Promise<KeptList> {
    if (this.#kept && this.#registry.now().getTime() < this.#kept.untilMs) return this.#kept;
    this.#making ??= this.#make();
    return this.#making;
  }

  /** What is being made may have been read before the change: it answers those who wait, and is not kept. */
  #forget(): void {
    this.#kept = null;
    this.#making = null;
  }

  #make(): Promise<KeptList> {
    const making = this.#readAll().then(list => {
      if (this.#making === making) this.#kept = list;
      return list;
    });
    const done = () => {
      if (this.#making === making) this.#making = null;
    };
    making.then(done, done);
    return making;
  }

  async #readAll(): Promise<KeptList & { readonly untilMs: number }> {
    const models = await listModels(this.#registry);
    return {
      models,
      answer: tagged({ models: models.map(summaryOf) }),
      untilMs: Math.min(...models.flatMap(model => model.aliases.map(renewalOf))),
    };
  }
}

function renewalOf(envelope: ModelDetail['aliases'][number]): number {
  return Date.parse(readDocument(envelope, aliasSchema).issuedAt) + aliasRenewMs;
}

function changesList({ type }: RegistryEvent): boolean {
  return type === 'alias' || type === 'version' || type === 'model' || type === 'root';
}
