// The server's side of a client: the Open Inference Protocol, as bytes or JSON, with what failed told as events.
import { answeredByHeader, parseAnsweredBy } from '../core/protocol/answered-by.ts';
import {
  binaryExtension,
  binaryMediaType,
  headerLengthHeader,
  jsonMediaType,
  protocolRoot,
  type ServerMetadata,
} from '../core/protocol/messages.ts';
import { timeoutHeader } from '../core/protocol/timeout-header.ts';
import type { TensorMap } from '../core/tensor.ts';
import type { Computed } from './answer.ts';
import { type ClientError, clientError } from './client-error.ts';
import { type Described, describe, toMetadata } from './described.ts';
import type { Events } from './events.ts';
import type { ClientOptions } from './options.ts';
import type { Scope } from './scope.ts';
import { nameOf, pathOf, type Target } from './target.ts';
import type { OnFailure, Transport } from './transport.ts';
import { readResponse, writeRequest } from './wire.ts';

/** From here on tensors travel as bytes: below, JSON is as short, and everybody reads it. */
const binaryFromBytes = 1024;

export interface InferOptions {
  /** Whether the server is asked what follows from the outputs. */
  readonly decision: boolean;
  readonly outputs: readonly string[] | undefined;
  readonly hasOtherWay: HasOtherWay;
}

/** True where another way to an answer is better than to wait for the server. */
export type HasOtherWay = (error: ClientError) => boolean;
const never: HasOtherWay = () => false;

export class Remote {
  readonly #transport: Transport;
  readonly #events: Events;
  readonly #binary: NonNullable<ClientOptions['binary']>;
  #server: ServerMetadata | null = null;

  constructor(transport: Transport, events: Events, binary: ClientOptions['binary']) {
    this.#transport = transport;
    this.#events = events;
    this.#binary = binary ?? 'auto';
  }

  async server(scope: Scope, target: Target | null = null): Promise<ServerMetadata> {
    return (this.#server ??= await this.#json<ServerMetadata>(protocolRoot, scope, target));
  }

  async describe(target: Target, scope: Scope, hasOtherWay: HasOtherWay): Promise<Described> {
    return describe(toMetadata(await this.#json(pathOf(target), scope, target, hasOtherWay)));
  }

  /** Resolves where the model is ready. @throws ClientError as the server says why not */
  async ready(target: Target | null, scope: Scope): Promise<void> {
    const path = target ? `${pathOf(target)}/ready` : `${protocolRoot}/health/ready`;
    await this.#transport.ask({ path }, scope, () => true);
  }

  async infer(target: Target, inputs: TensorMap, options: InferOptions, scope: Scope): Promise<Computed> {
    const { decision, outputs, hasOtherWay } = options;
    const binary = await this.#isBinary(inputs, scope, target);
    const message = {
      ...(decision || binary
        ? { parameters: { ...(decision && { decision }), ...(binary && { binary_data_output: true }) } }
        : {}),
      ...(outputs && { outputs: outputs.map(name => ({ name })) }),
    };
    const { body, headerLength } = writeRequest(message, inputs, binary);
    const ask = {
      path: `${pathOf(target)}/infer`,
      body,
      headers: {
        'content-type': headerLength === null ? jsonMediaType : binaryMediaType,
        [timeoutHeader]: String(Math.max(1, Math.ceil(scope.leftMs()))),
        ...(headerLength !== null && { [headerLengthHeader]: String(headerLength) }),
      },
    };
    const answer = await this.#transport.ask(ask, scope, this.#failed(target, hasOtherWay));
    return computedOf(answer.headers, answer.body);
  }

  async #isBinary(inputs: TensorMap, scope: Scope, target: Target): Promise<boolean> {
    if (this.#binary !== 'auto') return this.#binary;
    const bytes = Object.values(inputs).reduce(
      (sum, { data }) => sum + (Array.isArray(data) ? 0 : data.byteLength),
      0,
    );
    if (bytes < binaryFromBytes) return false;
    return (await this.server(scope, target)).extensions.includes(binaryExtension);
  }

  async #json<T>(
    path: string,
    scope: Scope,
    target: Target | null,
    hasOtherWay: HasOtherWay = never,
  ): Promise<T> {
    const { body } = await this.#transport.ask({ path }, scope, this.#failed(target, hasOtherWay));
    try {
      return JSON.parse(new TextDecoder().decode(body)) as T;
    } catch (cause) {
      throw clientError('Internal', `${path}: the answer is not JSON`, cause);
    }
  }

  #failed(target: Target | null, hasOtherWay: HasOtherWay): OnFailure {
    const model = target ? nameOf(target) : '';
    return (error, attempt, waitMs) => {
      if (error.code === 'Offline') this.#events.emit('offline', { model, error });
      if (error.status === 429 || error.code === 'Overloaded') {
        const { retryAfterSeconds, offload } = error;
        this.#events.emit('overloaded', { model, retryAfterSeconds, offload });
      }
      if (waitMs === null || hasOtherWay(error)) return true;
      this.#events.emit('retry', { model, attempt, waitMs, error });
      return false;
    };
  }
}

function computedOf(headers: Headers, body: Uint8Array<ArrayBuffer>): Computed {
  const length = headers.get(headerLengthHeader);
  return {
    ...readResponse(body, length === null ? null : Number(length)),
    answeredBy: parseAnsweredBy(headers.get(answeredByHeader)),
  };
}
