// Where an exported page has its scripts. No cache, of a browser or before a host, may answer with what an older page had in the
// same place: each address says what it is of.
import type { Digest } from '../artifact/digest.ts';

/** Brings the model. */
export const modelScript = 'model.js';
/** Brings ONNX Runtime's WebAssembly. */
export const runtimeScript = 'runtime-wasm.js';

/** Of a script or a style beside the page. @param digest of what it is, or of what it brings */
export function freshAddress(path: string, digest: Digest): string {
  return `${path}?${digest.slice(0, 12)}`;
}
