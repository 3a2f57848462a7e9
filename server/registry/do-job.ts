// Does the checker's jobs: the only code that looks into what others sent. Knows no process.
import type { Bytes } from '../../src/core/artifact/digest.ts';
import { architectureDigest } from '../../src/core/onnx/architecture.ts';
import { claimedFace } from '../../src/core/onnx/claimed-face.ts';
import { tensorLayout } from '../../src/core/onnx/layout.ts';
import { checkRuns, inspectFile } from './check.ts';
import type { Checked, CheckJob, Derived, Job, Received } from './checker.ts';
import { readFileRef, verifyFileRef } from './chunk-files.ts';
import type { Registry } from './context.ts';
import { doReceive } from './do-receive.ts';
import { readRecorded } from './recorded.ts';
import { variantNameOf } from '../../src/core/onnx/variant-name.ts';

export interface Bench extends Pick<Registry, 'blobs' | 'openSession' | 'runtimeName'> {
  /** The model with its graph fused and folded (ONNX Runtime's level `extended`), as a file that other machines load. */
  readonly optimizeGraph: (file: Bytes) => Promise<Bytes>;
}

export async function doCheck(bench: Bench, job: CheckJob): Promise<Checked> {
  for (const ref of job.beside) await verifyFileRef(bench.blobs, ref);
  const recorded = await readRecorded(bench.blobs, job.recorded);
  const file = await readFileRef(bench.blobs, job.file);
  const known = claimedFace(file, inspectFile(file), job);
  await checkRuns(bench.openSession, file, { ...known, recorded });
  return {
    ...known,
    architecture: await architectureDigest(file),
    variant: variantNameOf(tensorLayout(file)),
  };
}

/** What comes of a job, as its schema in checker.ts says. */
export async function doJob(bench: Bench, job: Job): Promise<Checked | Received | Derived> {
  switch (job.kind) {
    case 'check':
      return doCheck(bench, job);
    case 'receive':
      return doReceive(bench, job);
    case 'derive':
      return (await import('./do-derive.ts')).doDerive(bench, job);
  }
}
