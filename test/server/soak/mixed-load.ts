// What a server is asked in a day, in a few seconds: predictions of several models in both encodings, wrong ones, reads, new
// versions, aliases moved there and back, models unloaded and loaded. One turn of it leaves the server as it was, but for its
// versions.
import { AdminClient } from '../../../src/client/admin.ts';
import { uploadFile } from '../../../src/client/upload.ts';
import { chunkFile } from '../../../src/core/artifact/chunks.ts';
import { aliasSchema } from '../../../src/core/artifact/documents.ts';
import { readDocument } from '../../../src/core/artifact/signature.ts';
import { tensorLayout } from '../../../src/core/onnx/layout.ts';
import { classifier, labels } from '../models.ts';

/** Predictions of one turn, for each model. */
const predictionsATurn = 24;
const atOnce = 8;

export class MixedLoad {
  readonly #url: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #admin: AdminClient;
  #requests = 0;
  #turns = 0;

  constructor(url: string, key: string) {
    this.#url = url;
    this.#headers = { authorization: `Bearer ${key}` };
    this.#admin = new AdminClient({ baseUrl: url, token: () => Promise.resolve(key) });
  }

  /** So far. */
  get requests(): number {
    return this.#requests;
  }

  /** How many versions are. */
  async loaded(): Promise<number> {
    const response = await this.#ask(200, 'POST', '/v2/repository/index', '{"ready":true}');
    return (JSON.parse(response) as unknown[]).length;
  }

  /** Two models of two versions each. */
  async furnish(): Promise<void> {
    for (const model of ['first', 'second']) {
      await this.#push(model, 4);
      await this.#push(model, 5);
    }
  }

  async turn(): Promise<void> {
    const nth = this.#turns++;
    const [model, other] = nth % 2 === 0 ? (['first', 'second'] as const) : (['second', 'first'] as const);
    await this.#promote(model, 1 + (nth % 2));
    await this.#predictions(model);
    await this.#unload(other);
    await this.#predictions(model);
    await this.#load(other);
    await this.#predictions(other);
    await this.#wrong(model);
    await this.#reads(model);
    // A version of its own each time: nothing of it is known from before.
    if (nth % 4 === 0) await this.#push('third', 6 + nth);
  }

  async #predictions(model: string): Promise<void> {
    for (let sent = 0; sent < predictionsATurn; sent += atOnce) {
      await Promise.all(Array.from({ length: atOnce }, (_, nth) => this.#predict(model, sent + nth)));
    }
  }

  async #predict(model: string, nth: number): Promise<void> {
    const binary = nth % 2 === 1;
    const version = nth % 3 === 0 ? '/versions/1' : '';
    const [path, described] = [
      `/v2/models/${model}${version}/infer`,
      { name: 'x', datatype: 'FP32', shape: [1, 2] },
    ];
    if (!binary) {
      await this.#ask(200, 'POST', path, JSON.stringify({ inputs: [{ ...described, data: [nth, 1] }] }));
      return;
    }
    const parameters = { binary_data_size: 8 };
    const message = { parameters: { binary_data_output: true }, inputs: [{ ...described, parameters }] };
    const head = Buffer.from(JSON.stringify(message));
    const body = Buffer.concat([head, new Uint8Array(Float32Array.of(nth, 1).buffer)]);
    const headers = {
      'content-type': 'application/octet-stream',
      'inference-header-content-length': `${head.length}`,
    };
    await this.#ask(200, 'POST', path, body, headers);
  }

  async #wrong(model: string): Promise<void> {
    const path = `/v2/models/${model}/infer`;
    await this.#ask(400, 'POST', path, '{"inputs":');
    const tensor = { name: 'x', datatype: 'FP32', shape: [1, 3], data: [1, 2, 3] };
    await this.#ask(400, 'POST', path, JSON.stringify({ inputs: [tensor] }));
    await this.#ask(
      404,
      'POST',
      `/v2/models/nobody-${this.#turns}/infer`,
      JSON.stringify({ inputs: [tensor] }),
    );
    await this.#ask(401, 'GET', '/registry/v1/models', undefined, { authorization: 'Bearer hvs_wrong' });
  }

  async #reads(model: string): Promise<void> {
    await this.#ask(200, 'GET', '/v2/health/ready');
    await this.#ask(200, 'GET', `/v2/models/${model}`);
    await this.#ask(200, 'GET', `/registry/v1/models/${model}`);
    await this.#ask(200, 'POST', '/v2/repository/index', '{}');
  }

  async #push(model: string, sharpness: number): Promise<void> {
    const file = classifier(sharpness);
    const chunked = await chunkFile(file, tensorLayout(file));
    await uploadFile(this.#admin, chunked);
    await this.#admin.push(model, { file: chunked.ref, labels: [...labels] });
    this.#requests += 3;
  }

  async #promote(model: string, version: number): Promise<void> {
    const { revision } = readDocument(await this.#admin.alias(model, 'production'), aliasSchema);
    await this.#admin.moveAlias(model, 'production', { version, share: 1 }, revision);
    this.#requests += 2;
  }

  async #unload(model: string): Promise<void> {
    await this.#ask(200, 'POST', `/v2/repository/models/${model}/unload`, '{}');
  }

  async #load(model: string): Promise<void> {
    await this.#ask(200, 'POST', `/v2/repository/models/${model}/load`, '{}');
  }

  async #ask(
    wanted: number,
    method: string,
    path: string,
    body?: string | Uint8Array<ArrayBuffer>,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<string> {
    this.#requests += 1;
    const type = body === undefined ? {} : { 'content-type': 'application/json' };
    const response = await fetch(this.#url + path, {
      method,
      headers: { ...this.#headers, ...type, ...headers },
      ...(body === undefined ? {} : { body }),
    });
    const text = await response.text();
    if (response.status === wanted) return text;
    throw new Error(`${method} ${path}: wanted ${wanted}, got ${response.status} ${text.slice(0, 300)}`);
  }
}
