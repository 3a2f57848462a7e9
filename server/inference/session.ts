// A model in ONNX Runtime for Node, behind `Session`. The runtime's 30 MB library is loaded with the first model.
import type * as Ort from 'onnxruntime-node';
import type { Bytes } from '../../src/core/artifact/digest.ts';
import { HaversackError } from '../../src/core/errors.ts';
import { inspectModel } from '../../src/core/onnx/inspect.ts';
import { unsupportedOperators } from '../../src/core/onnx/operators.ts';
import { openError, runError } from '../../src/core/runtime/ort-errors.ts';
import { checkFeeds, fromOrtType, toOrtType } from '../../src/core/runtime/ort-tensors.ts';
import type { OpenSession, Session, TensorSpec } from '../../src/core/runtime/session.ts';
import { unfoldWeights } from '../../src/core/runtime/unfold-weights.ts';
import type { Tensor, TensorData, TensorMap } from '../../src/core/tensor.ts';

/** 3: errors only. What a model's graph makes the runtime warn of is nothing an operator can mend. */
export const logSeverityLevel = 3;

let loading: Promise<typeof Ort> | null = null;

export function loadOrt(): Promise<typeof Ort> {
  loading ??= import('onnxruntime-node').then(module => module.default);
  return loading;
}

/** The file is copied by the runtime: the caller may drop it once the session is there. */
export const openNodeSession: OpenSession = nodeSessions({});

/** Sessions with options of their own, such as how many threads compute. */
export function nodeSessions(options: Ort.InferenceSession.SessionOptions): OpenSession {
  return async file => {
    const inspection = inspectModel(file);
    const unsupported = unsupportedOperators(inspection);
    if (unsupported.length > 0) throw new HaversackError('OperatorUnsupported', `${unsupported.join(', ')}.`);
    const ort = await loadOrt();
    const extra = unfoldWeights(new Set(Object.keys(inspection.operators)));
    const session = await createSession(ort, file, { ...options, ...(extra && { extra }) });
    return wrap(ort, session, inspection.inputs, inspection.outputs);
  };
}

async function createSession(
  ort: typeof Ort,
  file: Bytes,
  options: Ort.InferenceSession.SessionOptions,
): Promise<Ort.InferenceSession> {
  try {
    return await ort.InferenceSession.create(file, { logSeverityLevel, ...options });
  } catch (error) {
    throw openError(error);
  }
}

function wrap(
  ort: typeof Ort,
  session: Ort.InferenceSession,
  inputs: readonly TensorSpec[],
  outputs: readonly TensorSpec[],
): Session {
  return {
    provider: 'cpu',
    inputs,
    outputs,
    async run(feeds) {
      checkFeeds(inputs, feeds);
      const ortFeeds = Object.fromEntries(
        inputs.map(({ name }) => [name, toOrtTensor(ort, name, feeds[name]!)]),
      );
      try {
        return toTensorMap(await session.run(ortFeeds));
      } catch (error) {
        throw runError(error);
      }
    },
    dispose: () => session.release(),
  };
}

function toOrtTensor(ort: typeof Ort, name: string, tensor: Tensor): Ort.Tensor {
  const type = toOrtType(tensor.datatype);
  if (type === null) {
    throw new HaversackError(
      'InputInvalid',
      `Input '${name}' is ${tensor.datatype}, which this runtime lacks.`,
    );
  }
  return new ort.Tensor(type, tensor.data, tensor.shape);
}

function toTensorMap(results: Ort.InferenceSession.ReturnType): TensorMap {
  return Object.fromEntries(
    Object.entries(results).map(([name, { type, dims, data }]) => {
      const datatype = fromOrtType(type);
      return [
        name,
        { datatype, shape: [...dims], data: datatype === 'FP16' ? halves(data) : (data as TensorData) },
      ];
    }),
  );
}

/** Node from 24 on has Float16Array, and the binding then answers in one; ours are the bits. */
function halves(data: Ort.Tensor.DataType): TensorData {
  const view = data as ArrayBufferView<ArrayBuffer>;
  return new Uint16Array(view.buffer, view.byteOffset, view.byteLength / 2);
}
