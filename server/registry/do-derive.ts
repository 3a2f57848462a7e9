// Makes a variant of a version, holds it against what it was made from, and measures it. Knows no process.
import { chunkFile } from '../../src/core/artifact/chunks.ts';
import type { Bytes } from '../../src/core/artifact/digest.ts';
import type { Evaluation, Manifest } from '../../src/core/artifact/documents.ts';
import { HaversackError } from '../../src/core/errors.ts';
import { inspectModel } from '../../src/core/onnx/inspect.ts';
import { tensorLayout } from '../../src/core/onnx/layout.ts';
import { castWeights } from '../../src/core/passes/cast-weights.ts';
import { quantizeBlocks } from '../../src/core/passes/quantize-blocks.ts';
import { quantizeWeights } from '../../src/core/passes/quantize-weights.ts';
import { PinnedScales } from '../../src/core/passes/scales.ts';
import { checkRuns } from './check.ts';
import type { Derived, DeriveJob } from './checker.ts';
import { readFileRef } from './chunk-files.ts';
import type { Derivable } from './derivable.ts';
import type { Bench } from './do-job.ts';
import { isMeasurable, measure } from './measure.ts';
import { readRecorded } from './recorded.ts';
import { storeChunks } from './store-chunks.ts';

/** Larger files are left as they are: the pass holds the file a few times over. */
const maxDerivedBytes = 512 * 2 ** 20;
/** An optimised graph is for who waits for a model to open: so much larger, as a share, is not too much. */
const maxGrowth = 0.01;
/** What a variant with coarser weights may lose in accuracy, against the authority on the same rows and runtime. */
const maxAccuracyLoss = 0.01;

const unmeasured = 'the version brings no data to measure on what it loses';

interface Made {
  readonly file: Bytes;
  readonly pinned: boolean;
}

/** @throws HaversackError where it cannot be made; what would be no use is answered, with the reason */
export async function doDerive(bench: Bench, job: DeriveJob): Promise<Derived> {
  const { manifest, variant } = job;
  const { bytes } = manifest.authority.file;
  if (bytes > maxDerivedBytes) {
    return { made: false, why: `the file has ${bytes} bytes, at most ${maxDerivedBytes} are derived` };
  }
  // Before it is made: it may be large.
  if (variant === 'int4' && !isMeasurable(manifest)) return { made: false, why: unmeasured };
  const authority = await readFileRef(bench.blobs, manifest.authority.file);
  const { file, pinned } = await make(bench, job, authority);
  const tooLarge = sizeProblem(variant, file, authority);
  if (tooLarge !== null) return { made: false, why: tooLarge };
  const evaluations = await measure(bench, manifest, file);
  const problem = await answerProblem(bench, job, { authority, file, evaluations });
  if (problem !== null) return { made: false, why: problem };
  const chunked = await chunkFile(file, tensorLayout(file));
  await storeChunks(bench.blobs, chunked);
  return { made: true, runtime: await bench.runtimeName(), file: chunked.ref, pinned, evaluations };
}

async function make(bench: Bench, { variant, parent }: DeriveJob, authority: Bytes): Promise<Made> {
  switch (variant) {
    case 'optimized':
      return { file: await bench.optimizeGraph(authority), pinned: false };
    case 'fp16':
      return { file: castWeights(authority), pinned: false };
    case 'int8':
    case 'int4': {
      const pinned = parent && new PinnedScales(await readFileRef(bench.blobs, parent), variant);
      const scales = pinned ? { scales: pinned.choose, rounding: pinned.rounding } : {};
      const file =
        variant === 'int8'
          ? quantizeWeights(authority, { perChannel: true, ...scales })
          : quantizeBlocks(authority, pinned?.choose, pinned?.rounding);
      return { file, pinned: (pinned?.kept ?? 0) > 0 };
    }
  }
}

function sizeProblem(variant: Derivable, file: Bytes, authority: Bytes): string | null {
  if (variant === 'optimized') {
    const [before, after] = [authority, file].map(each => JSON.stringify(inspectModel(each).operators));
    if (before === after) return 'ONNX Runtime finds nothing to fuse or to fold in it';
    if (file.length <= authority.length * (1 + maxGrowth)) return null;
  } else if (file.length < authority.length) return null;
  return `it would have ${file.length} bytes, the authority has ${authority.length}`;
}

interface Answers {
  readonly authority: Bytes;
  readonly file: Bytes;
  readonly evaluations: readonly Evaluation[];
}

/** Null where it answers well enough. int8 is told with its figures, whatever they are. */
async function answerProblem(bench: Bench, job: DeriveJob, answers: Answers): Promise<string | null> {
  switch (job.variant) {
    case 'int8':
      return null;
    case 'optimized':
      return runProblem(bench, job.manifest, answers.file);
    case 'fp16':
      return lossProblem(bench, job.manifest, answers);
    case 'int4':
      if (answers.evaluations.length === 0) return unmeasured;
      return lossProblem(bench, job.manifest, answers);
  }
}

/** Whether it answers what was recorded, as the authority had to. */
async function runProblem(bench: Bench, manifest: Manifest, file: Bytes): Promise<string | null> {
  const recorded = await readRecorded(bench.blobs, manifest.artifacts.recorded);
  try {
    await checkRuns(bench.openSession, file, { ...manifest, recorded });
    return null;
  } catch (error) {
    if (error instanceof HaversackError) return error.message;
    throw error;
  }
}

async function lossProblem(
  bench: Bench,
  manifest: Manifest,
  { authority, evaluations }: Answers,
): Promise<string | null> {
  const accuracyOf = ([first]: readonly Evaluation[]) => first?.metrics['accuracy'] ?? null;
  const small = accuracyOf(evaluations);
  if (small === null) return null;
  const large = accuracyOf(await measure(bench, manifest, authority)) ?? 0;
  if (large - small <= maxAccuracyLoss) return null;
  return `its accuracy is ${small}, the authority's ${large}: it may lose ${maxAccuracyLoss}`;
}
