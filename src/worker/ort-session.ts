// A model in ONNX Runtime Web, behind `Session`. Tensors are handed over without a copy where the runtime allows it.
import type * as Ort from 'onnxruntime-web';
import { HaversackError } from '../core/errors.ts';
import { operatorTypes } from '../core/onnx/operator-types.ts';
import type { Outline } from '../core/onnx/outline.ts';
import { openError, runError } from '../core/runtime/ort-errors.ts';
import { checkFeeds, specOf } from '../core/runtime/ort-tensors.ts';
import type { Session } from '../core/runtime/session.ts';
import { unfoldWeights } from '../core/runtime/unfold-weights.ts';
import type { Tensor } from '../core/tensor.ts';
import { createBeside, createWhole } from './create-session.ts';
import { besideFromBytes, type ModelFile, outlineOfFile, wholeOf } from './model-file.ts';
import { oneAtATime } from './one-at-a-time.ts';
import { loadOrt, type OrtModule, sessionOptions, threads, type WebProvider } from './ort.ts';
import { fromOrtTensor, toOrtTensor } from './ort-values.ts';

export interface OrtSession extends Session {
  readonly provider: WebProvider;
}

/**
 * Opens an ONNX file. The weights are copied into the runtime's memory: the caller may drop the file.
 * @param count of threads, for WASM
 * @throws HaversackError as `OpenSession`, `RuntimeFailed` where the runtime itself does not start; `NotInstalled`,
 * `ChunkInvalid` for a file of the store
 */
export async function openOrtSession(
  file: ModelFile,
  provider: WebProvider,
  count: number = threads,
): Promise<OrtSession> {
  const [ort, outline] = await Promise.all([loadOrt(provider, count), outlineOfFile(file)]);
  const session =
    (await create(ort, provider, outline)) ??
    (await create(ort, provider, { file: await wholeOf(file), apart: [] }));
  if (!session) throw new HaversackError('RuntimeFailed', 'the runtime did not take the weights');
  try {
    return wrap(ort, session, provider);
  } catch (error) {
    await session.release();
    throw error;
  }
}

/** Null where the runtime wants weights again that were let go. */
async function create(
  ort: OrtModule,
  provider: WebProvider,
  outline: Outline,
): Promise<Ort.InferenceSession | null> {
  const { file } = outline;
  return oneAtATime(provider, async () => {
    const options = sessionOptions(provider, unfoldWeights(operatorTypes(file)));
    return file.length < besideFromBytes
      ? createWhole(ort, file, options)
      : createBeside(ort, outline, options);
  }).catch((error: unknown) => {
    throw openError(error);
  });
}

function wrap(ort: OrtModule, session: Ort.InferenceSession, provider: WebProvider): OrtSession {
  const inputs = session.inputMetadata.map(specOf);
  const outputs = session.outputMetadata.map(specOf);
  const runOnce = onceFailedRefuses(provider, (feeds: Ort.InferenceSession.FeedsType) => session.run(feeds));
  return {
    provider,
    inputs,
    outputs,
    async run(feeds) {
      checkFeeds(inputs, feeds);
      const ortFeeds: Record<string, Ort.Tensor> = {};
      for (const { name } of inputs) ortFeeds[name] = toOrtTensor(ort, name, feeds[name]!);
      const answers: Record<string, Tensor> = {};
      for (const [name, value] of Object.entries(await runOnce(ortFeeds)))
        answers[name] = fromOrtTensor(value);
      return answers;
    },
    dispose: () => oneAtATime(provider, () => session.release()),
  };
}

/**
 * Runs of a session, in turn. On WebGPU a session whose run failed never answers another one, and with it every call that
 * waits its turn (seen with ONNX Runtime Web 1.30: a Reshape whose sizes do not fit); it can be released, and the file
 * opened anew.
 * @throws HaversackError `RuntimeFailed`
 */
export function onceFailedRefuses<Arguments extends readonly unknown[], Answer>(
  provider: WebProvider,
  run: (...given: Arguments) => Promise<Answer>,
): (...given: Arguments) => Promise<Answer> {
  let failure: HaversackError | null = null;
  return (...given) =>
    oneAtATime(provider, async () => {
      if (failure) throw failure;
      try {
        return await run(...given);
      } catch (error) {
        const told = runError(error);
        if (provider === 'webgpu') failure = told;
        throw told;
      }
    });
}
