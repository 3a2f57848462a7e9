// Upstreams as an admin asks about them. Apart from `AdminClient`: few ever do.
import {
  type NewUpstream,
  type Upstream,
  type UpstreamChange,
  upstreamListSchema,
  upstreamSchema,
} from '../core/artifact/upstream-api.ts';
import type { Connection } from './http.ts';
import { drain, path, withQuery } from './registry-paths.ts';

type Signal = AbortSignal | undefined;

/** Every method throws `Offline` where the server cannot be reached, `Aborted`, or the code the server answered. */
export class UpstreamsClient {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Of one model, or all; each with how it is. */
  async list(model?: string, signal?: Signal): Promise<Upstream[]> {
    const where = withQuery(path`/upstreams`, { model });
    return (await this.#connection.json(where, upstreamListSchema, { signal })).value.upstreams;
  }

  /** It was looked at once when this comes back. */
  async add(upstream: NewUpstream, signal?: Signal): Promise<Upstream> {
    return this.#send('POST', path`/upstreams`, upstream, signal);
  }

  async change(id: string, change: UpstreamChange, signal?: Signal): Promise<Upstream> {
    return this.#send('PATCH', path`/upstreams/${id}`, change, signal);
  }

  async remove(id: string, why: string | null, signal?: Signal): Promise<void> {
    const where = withQuery(path`/upstreams/${id}`, { why });
    await this.#connection.request(where, { method: 'DELETE', signal }, drain);
  }

  async #send(method: string, where: string, body: object, signal: Signal): Promise<Upstream> {
    const headers = { 'content-type': 'application/json' };
    const options = { method, headers, body: JSON.stringify(body), signal };
    return (await this.#connection.json(where, upstreamSchema, options)).value;
  }
}
