// Does the checker's jobs: the only code that looks into what others sent. Knows no process.
import type { Bytes } from '../../src/core/artifact/digest.ts';
import { interfaceSchema } from '../../src/core/artifact/interface.ts';
import { HaversackError } from '../../src/core/errors.ts';
import { architectureDigest } from '../../src/core/onnx/architecture.ts';
import { descriptionOf } from '../../src/core/onnx/description.ts';
import { fitsLabels, interfaceOf, withColumns } from '../../src/core/onnx/interface.ts';
import { tensorLayout } from '../../src/core/onnx/layout.ts';
import { z } from '../../src/core/zod.ts';
import { checkRuns, inspectFile } from './check.ts';
import type { Checked, CheckJob, Derived, Job, Received } from './checker.ts';
import { readFileRef, verifyFileRef } from './chunk-files.ts';
import type { Registry } from './context.ts';
import { doReceive } from './do-receive.ts';
import { readRecorded } from './recorded.ts';
import { variantNameOf } from './variant-name.ts';

export interface Bench extends Pick<Registry, 'blobs' | 'openSession' | 'runtimeName'> {
  /** The model with its graph fused and folded (ONNX Runtime's level `extended`), as a file that other machines load. */
  readonly optimizeGraph: (file: Bytes) => Promise<Bytes>;
}

export async function doCheck(bench: Bench, job: CheckJob): Promise<Checked> {
  for (const ref of job.beside) await verifyFileRef(bench.blobs, ref);
  const recorded = await readRecorded(bench.blobs, job.recorded);
  const file = await readFileRef(bench.blobs, job.file);
  const known = knownOf(file, job);
  await checkRuns(bench.openSession, file, { ...known, recorded });
  return {
    ...known,
    architecture: await architectureDigest(file),
    variant: variantNameOf(tensorLayout(file)),
  };
}

/** What is claimed; where nobody said, what the file says of itself. */
function knownOf(file: Bytes, job: CheckJob): Pick<Checked, 'interface' | 'labels'> {
  const inspection = inspectFile(file);
  if (job.interface) return { interface: job.interface, labels: job.labels };
  const told = descriptionOf(file);
  const labels = job.labels ?? (told.labels && fitsLabels(inspection, told.labels) ? [...told.labels] : null);
  return { interface: limited(withColumns(interfaceOf(inspection, labels), told.features)), labels };
}

/** A graph may have more inputs, or longer names, than an interface says. @throws HaversackError `ModelInvalid` */
function limited(read: Checked['interface']): Checked['interface'] {
  const parsed = interfaceSchema.safeParse(read);
  if (!parsed.success) throw new HaversackError('ModelInvalid', z.prettifyError(parsed.error));
  return parsed.data;
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
