// How far two files of one model answer apart.
import { openNodeSession } from '../../../server/inference/session.ts';
import { elements, float32, type TensorMap } from '../../../src/core/tensor.ts';
import { numbers } from '../onnx/models.ts';

export async function run(file: Uint8Array<ArrayBuffer>, feeds: TensorMap): Promise<number[]> {
  const session = await openNodeSession(file);
  const outputs = await session.run(feeds);
  await session.dispose();
  return Object.values(outputs).flatMap(({ data }) => [...(data as Float32Array)]);
}

/** The largest difference as a share of the largest value, for an input `x` of that shape. */
export async function difference(
  a: Uint8Array<ArrayBuffer>,
  b: Uint8Array<ArrayBuffer>,
  shape: number[],
): Promise<number> {
  const feeds = { x: float32(shape, numbers(elements(shape), 42)) };
  const [as, bs] = [await run(a, feeds), await run(b, feeds)];
  const largest = Math.max(...as.map(Math.abs));
  return Math.max(...as.map((value, i) => Math.abs(value - bs[i]!))) / largest;
}
