import { afterEach, expect, it } from 'vitest';
import { InferenceClient } from '../../src/client/inference.ts';
import { decodeRequest } from '../../src/core/protocol/infer-request.ts';
import { encodeResponse } from '../../src/core/protocol/infer-response.ts';
import { float32, type TensorMap } from '../../src/core/tensor.ts';
import { rawServer, type RawServer, rejection, sendJson } from './raw-server.ts';

let server: RawServer | undefined;
afterEach(() => server?.close());

/** A server that answers every input doubled, in the form that was asked for. */
async function doubling(): Promise<InferenceClient> {
  server = await rawServer(({ body, headers }, response) => {
    const length = headers['inference-header-content-length'];
    const request = decodeRequest(new Uint8Array(body), length === undefined ? null : Number(length));
    const { data, shape } = request.inputs['x']!;
    const outputs = {
      y: float32(
        shape,
        [...(data as Float32Array)].map(value => value * 2),
      ),
    };
    const answer = encodeResponse(
      { modelName: 'm', modelVersion: '3', id: request.id, outputs },
      { outputs: request.outputs, binaryOutputs: request.binaryOutputs },
    );
    const header =
      answer.headerLength === null ? {} : { 'Inference-Header-Content-Length': answer.headerLength };
    response.writeHead(200, { 'content-type': answer.contentType, ...header }).end(answer.body);
  });
  return new InferenceClient({ baseUrl: server.url });
}

const inputs: TensorMap = { x: float32([1, 3], [1, 2, 3.5]) };
const answer = { outputs: { y: float32([1, 3], [2, 4, 7]) }, modelVersion: '3' };

it('predicts over JSON', async () => {
  const client = await doubling();
  expect(await client.predict('m', inputs)).toEqual(answer);
  expect(server?.received[0]).toMatchObject({ method: 'POST', url: '/v2/models/m/infer' });
});

it('predicts over bytes, at a version', async () => {
  const client = await doubling();
  expect(await client.predict('m', inputs, { binary: true, version: '@stable' })).toEqual(answer);
  expect(server?.received[0]?.url).toBe('/v2/models/m/versions/%40stable/infer');
  expect(server?.received[0]?.headers['content-type']).toBe('application/octet-stream');
});

it('passes on the plain error of another kind of server', async () => {
  server = await rawServer((_, response) => sendJson(response, { error: 'no such model' }, 404));
  const client = new InferenceClient({ baseUrl: server.url });
  expect(await rejection(client.predict('m', inputs))).toMatchObject({
    code: 'NotFound',
    detail: 'no such model',
  });
});

it('reads what a model takes and gives', async () => {
  const metadata = {
    name: 'm',
    platform: 'onnx_onnxv1',
    inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 3] }],
    outputs: [{ name: 'y', datatype: 'FP32', shape: [-1, 3] }],
  };
  server = await rawServer((_, response) => sendJson(response, metadata));
  expect(await new InferenceClient({ baseUrl: server.url }).metadata('m', 2)).toEqual(metadata);
  expect(server.received[0]?.url).toBe('/v2/models/m/versions/2');
});
