// A model whose graph ONNX Runtime has fused and folded once and for all: it opens faster on every device.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Bytes } from '../../src/core/artifact/digest.ts';
import { loadOrt, logSeverityLevel } from './session.ts';
import { openError } from '../../src/core/runtime/ort-errors.ts';

/**
 * Level `extended`: `layout` and `all` write operators that other machines do not have. The same file and runtime give the
 * same bytes.
 * @throws HaversackError as `OpenSession`
 */
export async function optimizeGraph(file: Bytes): Promise<Bytes> {
  const ort = await loadOrt();
  const folder = await mkdtemp(join(tmpdir(), 'haversack-optimize-'));
  const path = join(folder, 'model.onnx');
  try {
    const session = await ort.InferenceSession.create(file, {
      logSeverityLevel,
      graphOptimizationLevel: 'extended',
      optimizedModelFilePath: path,
    }).catch((error: unknown) => {
      throw openError(error);
    });
    await session.release();
    return new Uint8Array(await readFile(path));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
