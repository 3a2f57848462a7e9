// The least page that answers: bytes out of IndexedDB, into ONNX Runtime Web, one run. What `cold-start` is held against.
import { readBytes, writeBytes } from './bytes.ts';
import { firstPredictionMark } from './marks.ts';

const asked = new URLSearchParams(location.search);
const model = asked.get('model') ?? '';

if (asked.has('store')) {
  const response = await fetch(`/models/${model}`);
  await writeBytes(model, new Uint8Array(await response.arrayBuffer()));
  performance.mark('stored');
} else {
  const reading = readBytes(model);
  const { openSession, predict, zeros } = await import('./ort.ts');
  const input = { name: asked.get('input') ?? '', shape: (asked.get('shape') ?? '').split(',').map(Number) };
  const session = await openSession(await reading);
  await predict(session, input, zeros(input));
  performance.mark(firstPredictionMark);
}
