// What `serving` and `overload` ask for: three models as files, and requests of one row each, as JSON and in binary.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { seededRandom } from '../src/core/data/random.ts';
import { binaryMediaType, headerLengthHeader, jsonMediaType } from '../src/core/protocol/messages.ts';
import { postRequest } from './load/connection.ts';
import { digitsModel, generatedCnn } from './models.ts';
import type { PeerModel } from './peers/mlserver.ts';

export type Encoding = 'json' | 'binary';

export interface ServedModel extends PeerModel {
  /** The file, for who takes it from here. */
  readonly file: Uint8Array<ArrayBuffer>;
}

/** Different ones, so that nobody answers from memory. */
const requestsAModel = 32;
const seed = 20_261_126;

export async function servedModels(root: string, folder: string): Promise<ServedModel[]> {
  const iris = new Uint8Array(await readFile(join(root, 'demo/models/iris/2/model.onnx')));
  const [digits, cnn] = [await digitsModel(root), generatedCnn()];
  const models = [
    { name: 'iris', file: iris, input: { name: 'measurements', shape: [-1, 4] }, classes: 3 },
    {
      name: digits.name,
      file: digits.file,
      input: { name: digits.input.name, shape: [-1, 1, 8, 8] },
      classes: 10,
    },
    { name: cnn.name, file: cnn.file, input: { name: cnn.input.name, shape: [-1, 1, 32, 32] }, classes: 10 },
  ];
  return Promise.all(
    models.map(async ({ classes, ...model }) => {
      const path = join(folder, `${model.name}.onnx`);
      await writeFile(path, model.file);
      return { ...model, path, output: { name: 'probabilities', shape: [-1, classes] } };
    }),
  );
}

export function requestsFor(
  { name, input }: PeerModel,
  encoding: Encoding,
  headers: Readonly<Record<string, string>> = {},
  rows = 1,
): Buffer[] {
  const random = seededRandom(seed);
  const shape = [rows, ...input.shape.slice(1)];
  const count = shape.reduce((product, size) => product * size, 1);
  const path = `/v2/models/${name}/infer`;
  const described = { name: input.name, shape, datatype: 'FP32' };
  return Array.from({ length: requestsAModel }, () => {
    // Whole sixteenths from 0 to 16, as the digits are counted: exact in JSON, and short.
    const values = Float32Array.from({ length: count }, () => Math.floor(random.uniform() * 257) / 16);
    if (encoding === 'json') {
      const body = JSON.stringify({ inputs: [{ ...described, data: Array.from(values) }] });
      return postRequest(path, { ...headers, 'Content-Type': jsonMediaType }, Buffer.from(body));
    }
    const parameters = { binary_data_size: values.byteLength };
    const message = { parameters: { binary_data_output: true }, inputs: [{ ...described, parameters }] };
    const head = Buffer.from(JSON.stringify(message));
    const binary = {
      ...headers,
      'Content-Type': binaryMediaType,
      [headerLengthHeader]: `${head.length}`,
    };
    return postRequest(path, binary, Buffer.concat([head, new Uint8Array(values.buffer)]));
  });
}

/** The first output's numbers out of an answer in either encoding. */
export function numbersOf(head: string, body: Buffer): number[] {
  const length = new RegExp(`\\r\\n${headerLengthHeader}: *(\\d+)`, 'i').exec(head)?.[1];
  const json = length === undefined ? body : body.subarray(0, Number(length));
  const { outputs } = JSON.parse(json.toString()) as { outputs: { data?: number[] }[] };
  const data = outputs[0]?.data;
  if (data) return data.flat();
  const bytes = Uint8Array.from(body.subarray(Number(length)));
  return Array.from(new Float32Array(bytes.buffer));
}
