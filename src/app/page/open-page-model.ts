// The page's model, opened from the scripts beside the page. It runs in the page itself: workers, too, are refused to a page that
// was opened as a file.
import type { Bytes, Digest } from '../../core/artifact/digest.ts';
import { type Decided, decide } from '../../core/evaluate/decide.ts';
import { modelScript, runtimeScript } from '../../core/page/embedded-names.ts';
import type { EmbeddedFiles } from '../../core/page/embedded-files.ts';
import type { PageFacts } from '../../core/page/page-facts.ts';
import type { RuntimeModule } from '../../core/runtime/binding.ts';
import { openRuntimeSession } from '../../core/runtime/binding-session.ts';
import type { Tensor } from '../../core/tensor.ts';
import { loadScript, ScriptMissing } from './load-script.ts';

/** ONNX Runtime, of the same build as its WebAssembly. */
const glueScript = 'runtime.js';
/** ONNX Runtime's WebAssembly has 14 MB (1.30). */
const runtimeBytesAtMost = 64 * 2 ** 20;

export interface PageModel {
  /** One sample. @throws HaversackError `InputInvalid`, `RuntimeFailed` */
  answer(input: Tensor): Promise<Decided>;
}

interface PageRuntime extends RuntimeModule {
  readonly env: { readonly wasm: { wasmBinary?: ArrayBuffer } };
}

/** @throws ScriptMissing; HaversackError `RuntimeFailed`, `OperatorUnsupported`, `ModelInvalid` */
export async function openPageModel(facts: PageFacts, files: EmbeddedFiles): Promise<PageModel> {
  await Promise.all([
    loadScript(glueScript, facts.runtime),
    loadScript(runtimeScript, facts.runtime),
    loadScript(modelScript, facts.file.digest),
  ]);
  const { haversackRuntime: runtime } = globalThis as { haversackRuntime?: PageRuntime };
  if (!runtime) throw new ScriptMissing(glueScript);
  runtime.env.wasm.wasmBinary = (await taken(files, runtimeScript, facts.runtime, runtimeBytesAtMost)).buffer;
  const file = await taken(files, modelScript, facts.file.digest, facts.file.bytes);
  const { inputs } = facts.interface;
  const session = await openRuntimeSession(runtime, file, facts.interface);
  return {
    answer: async input => {
      const outputs = await session.run({ [inputs[0]!.name]: input });
      return decide(facts.interface, facts.labels, outputs)[0]!;
    },
  };
}

async function taken(files: EmbeddedFiles, script: string, digest: Digest, maxBytes: number): Promise<Bytes> {
  const bytes = await files.take(digest, maxBytes);
  if (!bytes) throw new ScriptMissing(script);
  return bytes;
}
