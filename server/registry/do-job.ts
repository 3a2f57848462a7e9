// Does the checker's jobs: the only code that looks into what others sent. Knows no process.
import { chunkFile } from '../../src/core/artifact/chunks.ts';
import type { Bytes } from '../../src/core/artifact/digest.ts';
import { interfaceSchema } from '../../src/core/artifact/interface.ts';
import { HaversackError } from '../../src/core/errors.ts';
import { architectureDigest } from '../../src/core/onnx/architecture.ts';
import { descriptionOf } from '../../src/core/onnx/description.ts';
import { fitsLabels, interfaceOf, withColumns } from '../../src/core/onnx/interface.ts';
import { tensorLayout } from '../../src/core/onnx/layout.ts';
import { quantizeWeights } from '../../src/core/passes/quantize-weights.ts';
import { z } from '../../src/core/zod.ts';
import { checkRuns, inspectFile } from './check.ts';
import type { Checked, CheckJob, Derived, DeriveJob } from './checker.ts';
import { readFileRef, verifyFileRef } from './chunk-files.ts';
import type { Registry } from './context.ts';
import { measure } from './measure.ts';
import { readRecorded } from './recorded.ts';
import { variantNameOf } from './variant-name.ts';

/** Larger files are left as they are: the pass holds the file a few times over. */
const maxDerivedBytes = 512 * 2 ** 20;

export type Bench = Pick<Registry, 'blobs' | 'openSession' | 'runtimeName'>;

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

export async function doDerive(bench: Bench, { manifest }: DeriveJob): Promise<Derived> {
  const { bytes } = manifest.authority.file;
  if (bytes > maxDerivedBytes) {
    throw new HaversackError(
      'TooLarge',
      `the file has ${bytes} bytes, at most ${maxDerivedBytes} are derived`,
    );
  }
  const file = quantizeWeights(await readFileRef(bench.blobs, manifest.authority.file), { perChannel: true });
  if (file.length >= bytes) {
    throw new HaversackError('TooLarge', `it would have ${file.length} bytes, the authority has ${bytes}`);
  }
  const evaluations = await measure(bench, manifest, file);
  const { ref, chunks } = await chunkFile(file, tensorLayout(file));
  for (const [digest, chunk] of chunks) await bench.blobs.put(digest, chunk);
  return { runtime: await bench.runtimeName(), file: ref, evaluations };
}
