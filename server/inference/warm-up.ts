// The first run of a session, which is slower: made with zeros, so that no caller waits for it.
import { elementBytes } from '../../src/core/datatype.ts';
import type { Session } from '../../src/core/runtime/session.ts';
import { elements, type Tensor } from '../../src/core/tensor.ts';
import { tensorOfBytes } from '../../src/core/tensor-bytes.ts';

/** Of the made-up input. */
const maxWarmUpBytes = 2 ** 24;

/** What a model does with made-up input says nothing against it. */
export async function warmUp(session: Session): Promise<void> {
  const feeds: Record<string, Tensor> = {};
  for (const { name, datatype, shape } of session.inputs) {
    const sizes = shape.map(size => Math.max(size, 1));
    const bytes = elements(sizes) * (elementBytes[datatype] ?? 1);
    if (datatype === 'BYTES' || bytes > maxWarmUpBytes) return;
    feeds[name] = tensorOfBytes(datatype, sizes, new Uint8Array(bytes));
  }
  await session.run(feeds).catch(() => undefined);
}
