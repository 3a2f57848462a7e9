// A model that goes on answering when the server is gone: fetched once, checked, and run here with ONNX Runtime.
import { HaversackClient } from 'haversack/client';

const client = new HaversackClient({
  url: process.env.HAVERSACK_URL ?? 'http://localhost:8787',
  runtime: () => import('onnxruntime-node'),
  // Stands for a network that fails.
  fetch: (input, init) => (cut ? Promise.reject(new Error('no network')) : fetch(input, init)),
});
let cut = false;
client.on('fallback', ({ model, error }) => console.log(`${model}: ${error.title} It is computed here.`));

await client.prepare('iris');
cut = true;
const { rows, answeredBy } = await client.predict('iris', [6.3, 3.3, 6.0, 2.5]);
console.log(rows[0].label, 'by the', answeredBy.who);
await client.close();
