// A model in a runtime that somebody brought, behind `Session`: for who has no worker of ours around it.
import type { Bytes } from '../artifact/digest.ts';
import type { ModelInterface } from '../artifact/interface.ts';
import { HaversackError } from '../errors.ts';
import { openError, runError } from './ort-errors.ts';
import { checkFeeds, fromOrtType, toOrtType } from './ort-tensors.ts';
import type { Session } from './session.ts';
import type { Tensor, TensorData } from '../tensor.ts';
import type { Runtime, RuntimeTensor } from './binding.ts';

type Given = Runtime | (() => Promise<Runtime>);

/** @throws HaversackError `NotOnnx`, `ModelInvalid`, `OperatorUnsupported` */
export async function openRuntimeSession(
  given: Given,
  file: Bytes,
  { inputs, outputs }: ModelInterface,
): Promise<Session> {
  const imported = typeof given === 'function' ? await given() : given;
  const ort = 'InferenceSession' in imported ? imported : imported.default;
  const session = await ort.InferenceSession.create(file).catch((error: unknown) => {
    throw openError(error);
  });
  return {
    // Node's package computes on the CPU; the web's by WebAssembly unless the program set it up otherwise.
    provider: 'process' in globalThis ? 'cpu' : 'wasm',
    inputs,
    outputs,
    run: async feeds => {
      checkFeeds(inputs, feeds);
      const given = inputs.map(({ name }) => {
        const { datatype, data, shape } = feeds[name]!;
        return [
          name,
          new ort.Tensor(typeOf(name, datatype) as never, data as never, shape) as never,
        ] as const;
      });
      const answers = await session.run(Object.fromEntries(given)).catch((error: unknown) => {
        throw runError(error);
      });
      return Object.fromEntries(Object.entries(answers).map(([name, value]) => [name, toTensor(value)]));
    },
    dispose: () => session.release(),
  };
}

function typeOf(name: string, datatype: Tensor['datatype']): string {
  const type = toOrtType(datatype);
  if (type) return type;
  throw new HaversackError('InputInvalid', `input ${name} is ${datatype}, which the runtime lacks`);
}

/** Where there is a Float16Array, halves come in one; ours are their bits. */
function toTensor({ type, dims, data }: RuntimeTensor): Tensor {
  const datatype = fromOrtType(type);
  if (datatype !== 'FP16') return { datatype, shape: [...dims], data: data as TensorData };
  const view = data as ArrayBufferView<ArrayBuffer>;
  const bits = new Uint16Array(view.buffer, view.byteOffset, view.byteLength / 2);
  return { datatype, shape: [...dims], data: bits };
}
