// The runtime's name, without its 30 MB library.
import { createRequire } from 'node:module';
import { z } from '../../src/core/zod.ts';

const packageSchema = z.object({ version: z.string() });

/** As a variant's document names it: `onnxruntime 1.30.0`. */
export function runtimeName(): string {
  const require = createRequire(import.meta.url);
  return `onnxruntime ${packageSchema.parse(require('onnxruntime-node/package.json')).version}`;
}
