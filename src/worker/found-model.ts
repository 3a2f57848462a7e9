// A model that a person brought becomes one of this device: run once, recorded, and stored as a signed candidate that founds a
// model. Nothing of it is kept where it does not run.
import { chunkFile, type ChunkedFile } from '../core/artifact/chunks.ts';
import type { Bytes, Digest } from '../core/artifact/digest.ts';
import type { Candidate } from '../core/artifact/documents.ts';
import type { Recorded } from '../core/artifact/recorded.ts';
import { taskOf } from '../core/artifact/task-of.ts';
import { HaversackError } from '../core/errors.ts';
import { architectureDigest } from '../core/onnx/architecture.ts';
import { claimedFace, type ModelFace } from '../core/onnx/claimed-face.ts';
import { inspectModel } from '../core/onnx/inspect.ts';
import { tensorLayout } from '../core/onnx/layout.ts';
import { assertWithinLimits } from '../core/onnx/limits.ts';
import { variantNameOf } from '../core/onnx/variant-name.ts';
import { numbersOf, toRecordedMap } from '../core/runtime/recorded-tensors.ts';
import type { Session, TensorSpec } from '../core/runtime/session.ts';
import { smokeTest } from '../core/runtime/smoke-test.ts';
import { randomInputs } from '../core/serve/example-inputs.ts';
import type { TensorMap } from '../core/tensor.ts';
import { saveCandidate } from '../device/candidates.ts';
import type { Database } from '../device/db.ts';
import { loadIdentity } from '../device/identity.ts';
import { openOrtSession } from './ort-session.ts';
import type { GivenModel } from './protocol.ts';

const recordedCases = 2;
/** A record is JSON, and travels with the version: of larger inputs or outputs there is none. */
const recordedNumbersAtMost = 32_768;
/** As a share of the largest number: what providers are apart where models are deep. */
const recordedTolerance = 1e-2;

/**
 * @returns the candidate, in state `judging`
 * @throws HaversackError `NotOnnx`, `ModelInvalid`, `TooLarge`, `OperatorUnsupported`, `RuntimeFailed`, `QuotaExceeded`
 */
export async function foundModel(db: Database, given: GivenModel): Promise<Digest> {
  assertWithinLimits(given.file);
  const face = claimedFace(given.file, inspectModel(given.file), given);
  const recorded = await runOnce(given.file, face);
  const layout = tensorLayout(given.file);
  const file = await chunkFile(given.file, layout);
  const identity = await loadIdentity(db);
  const candidate: Candidate = {
    type: 'candidate',
    formatVersion: 1,
    model: given.model,
    parent: null,
    task: taskOf(face.interface),
    interface: face.interface,
    labels: face.labels,
    architecture: await architectureDigest(given.file),
    evaluations: [],
    recipe: null,
    data: null,
    createdAt: new Date().toISOString(),
    device: identity.keyId,
    authority: { variant: variantNameOf(layout), file: file.ref },
    artifacts: {
      dataset: null,
      recorded: recorded && {
        file: recorded.ref,
        mediaType: 'application/json',
        cases: recordedCases,
      },
      topology: null,
    },
    note: given.note,
  };
  const chunks = new Map([...file.chunks, ...(recorded?.chunks ?? [])]);
  return saveCandidate(db, identity, { candidate, chunks, comparison: null });
}

/**
 * Opens and runs it, as whoever uses it will.
 * @returns what it answered; null where that is too much to be kept, or says too little: what a detector finds in noise is
 * not the same with every provider, and what draws lots does not answer the same twice
 */
async function runOnce(file: Bytes, face: ModelFace): Promise<ChunkedFile | null> {
  const session = await openOrtSession(file, 'wasm');
  try {
    requireLabels(face, session.outputs);
    if (!face.interface.decision) return null;
    const cases: Recorded['cases'] = [];
    for (let seed = 1; seed <= recordedCases; seed++) {
      const inputs = randomInputs(session.inputs, seed);
      const outputs = inputs && (await answered(session, inputs));
      if (!inputs || !outputs || numbersIn(inputs) + numbersIn(outputs) > recordedNumbersAtMost) return null;
      cases.push({ inputs: toRecordedMap(inputs), outputs: toRecordedMap(outputs) });
    }
    const recorded: Recorded = { tolerance: recordedTolerance, cases };
    if (!(await smokeTest(session, recorded)).agrees) return null;
    return await chunkFile(new TextEncoder().encode(JSON.stringify(recorded)));
  } finally {
    await session.dispose();
  }
}

/** What a model makes of made-up input says nothing against it; nor is there anything to record then. */
async function answered(session: Session, inputs: TensorMap): Promise<TensorMap | null> {
  const outputs = await session.run(inputs).catch(() => null);
  // JSON has no infinity, and what is no number is like nothing.
  const isFinite = Object.values(outputs ?? {}).every(
    tensor => tensor.datatype === 'BYTES' || numbersOf(tensor).every(Number.isFinite),
  );
  return isFinite ? outputs : null;
}

function numbersIn(tensors: TensorMap): number {
  return Object.values(tensors).reduce((sum, { data }) => sum + data.length, 0);
}

/** @throws HaversackError `ModelInvalid` */
function requireLabels({ interface: { decision }, labels }: ModelFace, outputs: readonly TensorSpec[]): void {
  if (decision?.kind !== 'softmax' || !labels) return;
  const classes = outputs.find(({ name }) => name === decision.output)?.shape.at(-1) ?? -1;
  if (classes <= 0 || classes === labels.length) return;
  throw new HaversackError(
    'ModelInvalid',
    `${decision.output} has ${classes} classes, there are ${labels.length} labels`,
  );
}
