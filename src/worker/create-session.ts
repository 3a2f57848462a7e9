// Two ways to hand a model to the runtime: whole, or its weights beside it.
import type * as Ort from 'onnxruntime-web';
import type { Bytes } from '../core/artifact/digest.ts';
import type { Outline } from '../core/onnx/outline.ts';
import type { OrtModule } from './ort.ts';

type Options = Ort.InferenceSession.SessionOptions;

/** What the runtime is told the weights' file is called. */
const weightsPath = 'weights';

/** The runtime has the weights three times: in the file as it came, in the file taken apart, and as weights. */
export function createWhole(ort: OrtModule, file: Bytes, options: Options): Promise<Ort.InferenceSession> {
  return ort.InferenceSession.create(file, options);
}

/**
 * With a model that points into its own file, and that file mounted beside it, the runtime has the weights once; and what the
 * outline has apart is let go here when the runtime has it.
 * @returns null where the runtime asked again for what was let go: it asks for each weight once (1.30, seen with every
 * model at hand), which nobody promised
 */
export async function createBeside(
  ort: OrtModule,
  outline: Outline,
  options: Options,
): Promise<Ort.InferenceSession | null> {
  const [{ pointIntoFile }, { weightsFile }] = await Promise.all([
    import('../core/onnx/external-data.ts'),
    import('./weights-file.ts'),
  ]);
  const weights = weightsFile(outline);
  try {
    return await ort.InferenceSession.create(pointIntoFile(outline.file, weightsPath), {
      ...options,
      externalData: [{ path: weightsPath, data: weights.data }],
    });
  } catch (error) {
    if (weights.askedAgain()) return null;
    throw error;
  }
}
