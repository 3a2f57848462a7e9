// The Model Client's prediction side: one call of the Open Inference Protocol, against this project's server or any other.
import { decodeResponse } from '../core/protocol/infer-response.ts';
import { encodeRequest } from '../core/protocol/infer-request.ts';
import { modelMetadataSchema, serverMetadataSchema } from '../core/protocol/message-schemas.ts';
import {
  binaryMediaType,
  headerLengthHeader,
  jsonMediaType,
  type ModelMetadata,
  protocolRoot,
  type ServerMetadata,
} from '../core/protocol/messages.ts';
import type { TensorMap } from '../core/tensor.ts';
import { readAtMost } from './body.ts';
import { Connection, type ConnectionOptions, workTimeoutMs } from './http.ts';

/** An answer may be this large. */
export const maxAnswerBytes = 256 * 2 ** 20;

export interface PredictOptions {
  /** A version, or an alias where the server knows such; without: as the server decides. */
  readonly version?: number | string | undefined;
  /** Whether tensors travel as bytes (the binary tensor data extension) rather than as JSON. */
  readonly binary?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface PredictAnswer {
  readonly outputs: TensorMap;
  /** Which version answered, where the server says. */
  readonly modelVersion: string | null;
}

export class InferenceClient {
  readonly #connection: Connection;

  constructor(options: ConnectionOptions) {
    this.#connection = new Connection(options);
  }

  async metadata(model: string, version?: number | string, signal?: AbortSignal): Promise<ModelMetadata> {
    return (await this.#connection.json(pathOf(model, version), modelMetadataSchema, { signal })).value;
  }

  /** Who the server is, and which extensions of the protocol it speaks. */
  async server(signal?: AbortSignal): Promise<ServerMetadata> {
    return (await this.#connection.json(protocolRoot, serverMetadataSchema, { signal })).value;
  }

  /** @throws HaversackError `InputInvalid`, `NotFound`, `Offline`, … as the server answers */
  async predict(model: string, inputs: TensorMap, options: PredictOptions = {}): Promise<PredictAnswer> {
    const { body, headerLength, contentType } = encodeRequest({ inputs, binary: options.binary ?? false });
    const headers = {
      'content-type': contentType,
      accept: `${jsonMediaType}, ${binaryMediaType}, application/problem+json`,
      ...(headerLength === null ? {} : { [headerLengthHeader]: `${headerLength}` }),
    };
    const { value } = await this.#connection.request(
      `${pathOf(model, options.version)}/infer`,
      { method: 'POST', headers, body, signal: options.signal, timeoutMs: workTimeoutMs },
      async (response, deadline) => {
        const answer = await readAtMost(response, maxAnswerBytes, deadline.touch);
        const length = response.headers.get(headerLengthHeader);
        return decodeResponse(answer, length === null ? null : Number(length));
      },
    );
    return { outputs: value.outputs, modelVersion: value.modelVersion };
  }
}

function pathOf(model: string, version: number | string | undefined): string {
  const at = version === undefined ? '' : `/versions/${encodeURIComponent(version)}`;
  return `${protocolRoot}/models/${encodeURIComponent(model)}${at}`;
}
