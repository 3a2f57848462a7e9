// TensorFlow.js on WASM as the reference in Node: its CPU backend takes minutes for what takes seconds there.
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';

const files = new URL('../../../../node_modules/@tensorflow/tfjs-backend-wasm/dist/', import.meta.url);

export async function useWasm(): Promise<void> {
  setWasmPaths(files.pathname);
  if (!(await tf.setBackend('wasm'))) throw new Error('TensorFlow.js has no WASM backend here');
  await tf.ready();
  mendCast();
}

/**
 * Its kernel for Cast cuts what is no whole number before it becomes a truth, so that 0.3 is false (tfjs-backend-wasm 4.22,
 * src/kernels/Cast.ts); all other backends, and TensorFlow, ask whether it is zero.
 */
function mendCast(): void {
  const own = tf.getKernel('Cast', 'wasm').kernelFunc;
  const notEqual = tf.getKernel('NotEqual', 'wasm').kernelFunc;
  tf.unregisterKernel('Cast', 'wasm');
  tf.registerKernel({
    kernelName: 'Cast',
    backendName: 'wasm',
    kernelFunc: ({ inputs, backend, attrs = {} }) => {
      const x = inputs['x'] as tf.TensorInfo;
      if (attrs['dtype'] !== 'bool' || x.dtype === 'bool') return own({ inputs, backend, attrs });
      const zero = tf.scalar(0, x.dtype);
      return notEqual({ inputs: { a: x, b: zero }, backend, attrs: {} });
    },
  });
}
