// A session that goes on on WASM where its GPU is lost, or cannot do it: for good.
import type { Tensor, TensorMap } from '../core/tensor.ts';
import type { WebProvider } from './ort.ts';
import type { OrtSession } from './ort-session.ts';

export class FallbackSession {
  readonly #openOnWasm: () => Promise<OrtSession>;
  #session: OrtSession;
  #onWasm: Promise<void> | null = null;
  #isClosed = false;

  /** @param session is this one's from then on, and closed with it */
  constructor(session: OrtSession, openOnWasm: () => Promise<OrtSession>) {
    this.#session = session;
    this.#openOnWasm = openOnWasm;
  }

  /** What answers now. */
  get provider(): WebProvider {
    return this.#session.provider;
  }

  get inputs(): OrtSession['inputs'] {
    return this.#session.inputs;
  }

  /** @throws HaversackError `RuntimeFailed` where WASM cannot do it either, or where this was closed meanwhile */
  async run(feeds: Readonly<Record<string, Tensor>>): Promise<TensorMap> {
    const session = this.#session;
    try {
      return await session.run(feeds);
    } catch (error) {
      if (session.provider === 'wasm' || this.#isClosed) throw error;
      // Several may be under way when it fails.
      this.#onWasm ??= this.#replace(session);
      await this.#onWasm;
      return this.#session.run(feeds);
    }
  }

  /** With what is being opened in its place, if anything is. */
  async dispose(): Promise<void> {
    this.#isClosed = true;
    await this.#onWasm?.catch(() => undefined);
    await this.#session.dispose();
  }

  async #replace(failed: OrtSession): Promise<void> {
    this.#session = await this.#openOnWasm();
    await failed.dispose().catch(() => undefined);
  }
}
