// This server's own sessions as one of those that answer for a model.
import type { UpstreamLive } from '../../src/core/artifact/upstream-api.ts';
import { HaversackError } from '../../src/core/errors.ts';
import type { InferRequest } from '../../src/core/protocol/infer-request.ts';
import type { Answered, ProtocolBackend, Resolved } from '../../src/core/serve/service.ts';
import type { UpstreamRow } from '../storage/tables.ts';
import type { Answerer, Standing, TryContext } from './answerer.ts';
import { failedHere } from './try-failed.ts';

type Settings = Pick<UpstreamRow, 'weight' | 'state'>;

const unsaid: Settings = { weight: 1, state: 'active' };

export class LocalAnswerer implements Answerer {
  readonly id = 'local';
  readonly waitMs = null;
  readonly #backend: Pick<ProtocolBackend, 'infer'>;
  #settings: Settings = unsaid;
  #outstanding = 0;
  #tries = 0;

  constructor(backend: Pick<ProtocolBackend, 'infer'>) {
    this.#backend = backend;
  }

  /** @param settings undefined where no admin gave it any */
  update(settings: Settings | undefined): void {
    this.#settings = settings ?? unsaid;
  }

  get weight(): number {
    return this.#settings.weight;
  }

  get outstanding(): number {
    return this.#outstanding;
  }

  get standing(): Standing {
    return this.#settings.state === 'active' ? 'well' : 'shut';
  }

  get live(): UpstreamLive {
    return {
      health: 'up',
      why: null,
      checkedAt: null,
      breaker: 'closed',
      outstanding: this.#outstanding,
      tries: this.#tries,
      failures: 0,
      latencyMs: null,
      binary: true,
    };
  }

  /** What only engines know has no number here. */
  takes({ version }: Resolved): boolean {
    return version !== 0;
  }

  async attempt(version: Resolved, request: InferRequest, context: TryContext): Promise<Answered> {
    this.#outstanding += 1;
    this.#tries += 1;
    try {
      return await this.#backend.infer(version, request, context);
    } catch (thrown) {
      context.signal.throwIfAborted();
      throw thrown instanceof HaversackError ? failedHere(thrown) : thrown;
    } finally {
      this.#outstanding -= 1;
    }
  }
}
