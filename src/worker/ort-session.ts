// A model in ONNX Runtime Web, behind `Session`. Tensors are handed over without a copy where the runtime allows it.
import type * as Ort from 'onnxruntime-web';
import type { Bytes } from '../core/artifact/digest.ts';
import { HaversackError } from '../core/errors.ts';
import { operatorTypes } from '../core/onnx/operator-types.ts';
import { openError, runError } from '../core/runtime/ort-errors.ts';
import { checkFeeds, fromOrtType, specOf, toOrtType } from '../core/runtime/ort-tensors.ts';
import type { Session } from '../core/runtime/session.ts';
import { unfoldWeights } from '../core/runtime/unfold-weights.ts';
import type { Tensor, TensorData, TensorMap } from '../core/tensor.ts';
import { loadOrt, type OrtModule, sessionOptions, type WebProvider } from './ort.ts';

export interface OrtSession extends Session {
  readonly provider: WebProvider;
}

/**
 * Opens a whole ONNX file. The file is copied into the runtime's memory: the caller may drop it.
 * @throws HaversackError as `OpenSession`, `RuntimeFailed` where the runtime itself does not start
 */
export async function openOrtSession(file: Bytes, provider: WebProvider): Promise<OrtSession> {
  const ort = await loadOrt(provider);
  const session = await oneAtATime(provider, async () =>
    ort.InferenceSession.create(file, sessionOptions(provider, unfoldWeights(operatorTypes(file)))),
  ).catch((error: unknown) => {
    throw openError(error);
  });
  try {
    return wrap(ort, session, provider);
  } catch (error) {
    await session.release();
    throw error;
  }
}

function wrap(ort: OrtModule, session: Ort.InferenceSession, provider: WebProvider): OrtSession {
  const inputs = session.inputMetadata.map(specOf);
  const outputs = session.outputMetadata.map(specOf);
  return {
    provider,
    inputs,
    outputs,
    async run(feeds) {
      checkFeeds(inputs, feeds);
      const ortFeeds: Record<string, Ort.Tensor> = {};
      for (const { name } of inputs) ortFeeds[name] = toOrtTensor(ort, name, feeds[name]!);
      try {
        return toTensorMap(await oneAtATime(provider, () => session.run(ortFeeds)));
      } catch (error) {
        throw runError(error);
      }
    },
    dispose: () => oneAtATime(provider, () => session.release()),
  };
}

/** The last that was asked for; none where nothing is under way, so that a lone call waits for no turn. */
const running = new Map<WebProvider, Promise<unknown>>();

/**
 * One call into a runtime at a time: the WebGPU build suspends its one stack while it waits for the GPU (asyncify), and
 * a second call into it would overwrite that stack.
 */
function oneAtATime<T>(provider: WebProvider, work: () => Promise<T>): Promise<T> {
  const before = running.get(provider);
  const result = before ? before.then(work, work) : work();
  running.set(provider, result);
  const end = () => {
    if (running.get(provider) === result) running.delete(provider);
  };
  result.then(end, end);
  return result;
}

function toOrtTensor(ort: OrtModule, name: string, tensor: Tensor): Ort.Tensor {
  const type = toOrtType(tensor.datatype);
  if (!type) {
    throw new HaversackError('InputInvalid', `input ${name} is ${tensor.datatype}, which this runtime lacks`);
  }
  return new ort.Tensor(type, tensor.data, tensor.shape);
}

function toTensorMap(results: Ort.InferenceSession.ReturnType): TensorMap {
  const tensors: Record<string, Tensor> = {};
  for (const [name, value] of Object.entries(results)) {
    const datatype = fromOrtType(value.type);
    tensors[name] = { datatype, shape: value.dims, data: plain(value.data, datatype) };
  }
  return tensors;
}

/** A browser that has Float16Array gets halves in one; ours are their bits. */
function plain(data: Ort.Tensor.DataType, datatype: Tensor['datatype']): TensorData {
  if (datatype === 'FP16' && !(data instanceof Uint16Array)) {
    const view = data as ArrayBufferView<ArrayBuffer>;
    return new Uint16Array(view.buffer, view.byteOffset, view.byteLength / 2);
  }
  return data as TensorData;
}
