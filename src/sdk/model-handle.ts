// One model of a client, by its name: what a program that uses one model holds.
import type { ModelMetadata } from '../core/protocol/messages.ts';
import type { HaversackClient } from './client.ts';
import type { AnyModel, Answer, CallOptions, ModelTypes, PredictOptions } from './types.ts';

export class ModelHandle<Model extends ModelTypes = AnyModel> {
  /** `digits`, `digits@3`, `digits@canary`. */
  readonly name: string;
  readonly #client: HaversackClient;

  constructor(client: HaversackClient, name: string) {
    this.#client = client;
    this.name = name;
  }

  /** @throws ClientError */
  predict(input: Model['input'], options?: PredictOptions): Promise<Answer<Model['outputs']>> {
    return this.#client.predict(this.name, input as AnyModel['input'], options);
  }

  /** What it takes and gives. @throws ClientError */
  metadata(options?: CallOptions): Promise<ModelMetadata> {
    return this.#client.metadata(this.name, options);
  }

  /** Whether it would answer now. */
  ready(options?: CallOptions): Promise<boolean> {
    return this.#client.ready(this.name, options);
  }

  /** Fetches and opens it here, so that it answers without the server. @throws ClientError */
  prepare(options?: CallOptions): Promise<void> {
    return this.#client.prepare(this.name, options);
  }
}
