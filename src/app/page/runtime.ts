// ONNX Runtime Web for exported pages, as a classic script with its glue inside: a page that was opened as a file loads no modules,
// and one that is served fetches nothing. Its WebAssembly is brought by another script.
import * as ort from 'onnxruntime-web/wasm';

// One thread: isolation, which more would need, is the host's to give. And no address to look for the binary under.
ort.env.wasm.numThreads = 1;
ort.env.logLevel = 'error';
Object.assign(globalThis, { haversackRuntime: ort });
