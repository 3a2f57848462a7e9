// ONNX Runtime as the local part uses it. The caller brings it.
export type { Runtime } from '../core/runtime/binding.ts';
