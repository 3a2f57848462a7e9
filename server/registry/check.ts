// What a file must be before it becomes a version: a model that this runtime runs, with the interface that is claimed for
// it and the answers that were recorded.
import type { Bytes } from '../../src/core/artifact/digest.ts';
import type { ModelInterface } from '../../src/core/artifact/interface.ts';
import type { Recorded } from '../../src/core/artifact/recorded.ts';
import { HaversackError } from '../../src/core/errors.ts';
import { inspectModel, type ModelInspection } from '../../src/core/onnx/inspect.ts';
import { assertWithinLimits } from '../../src/core/onnx/limits.ts';
import { unsupportedOperators } from '../../src/core/onnx/operators.ts';
import type { OpenSession, Session, TensorSpec } from '../../src/core/runtime/session.ts';
import { smokeTest } from '../../src/core/runtime/smoke-test.ts';
import { warmUp } from '../inference/warm-up.ts';

/** Names shown at most. */
const maxNamed = 20;

/** @throws HaversackError `NotOnnx`, `TooLarge`, `ExternalDataMissing`, `ModelInvalid`, `OperatorUnsupported` */
export function inspectFile(file: Bytes): ModelInspection {
  assertWithinLimits(file);
  const inspection = inspectModel(file);
  const unknown = unsupportedOperators(inspection);
  if (unknown.length > 0) {
    throw new HaversackError('OperatorUnsupported', unknown.slice(0, maxNamed).join(', '));
  }
  return inspection;
}

/**
 * Opens the file, compares it with the claims, runs the recorded cases (without any: zeros), closes it.
 * @throws HaversackError as `inspectFile` and `OpenSession`; `ModelInvalid` where it is not what is claimed
 */
export async function checkRuns(
  openSession: OpenSession,
  file: Bytes,
  claims: { interface: ModelInterface; labels: readonly string[] | null; recorded: Recorded | null },
): Promise<void> {
  const session = await openSession(file);
  try {
    checkInterface(session, claims.interface, claims.labels);
    if (!claims.recorded) return await warmUp(session);
    const { difference, agrees } = await smokeTest(session, claims.recorded);
    if (!agrees) {
      throw new HaversackError(
        'ModelInvalid',
        `it answers its recorded inputs ${difference} beside what was recorded, ${claims.recorded.tolerance} is allowed`,
      );
    }
  } finally {
    await session.dispose();
  }
}

/** A shape is [] where the graph says nothing of it: then any is believed. */
function checkShape(role: string, { name, shape }: TensorSpec, claimed: readonly number[]): void {
  const fits =
    shape.length === 0 ||
    (shape.length === claimed.length && shape.every((size, axis) => size === -1 || size === claimed[axis]));
  if (!fits || claimed.includes(0)) {
    throw new HaversackError(
      'ModelInvalid',
      `${role} ${name} is [${shape.join(', ')}]; the interface says [${claimed.join(', ')}]`,
    );
  }
}

function checkInterface(session: Session, claimed: ModelInterface, labels: readonly string[] | null): void {
  for (const [role, wanted, actual] of [
    ['input', claimed.inputs, session.inputs],
    ['output', claimed.outputs, session.outputs],
  ] as const) {
    const named = (specs: readonly TensorSpec[]) =>
      specs.map(({ name, datatype }) => `${name} ${datatype}`).sort();
    const got = named(wanted).join(', ');
    const have = named(actual).join(', ');
    if (got !== have) {
      throw new HaversackError('ModelInvalid', `${role}s are ${have}; the interface says ${got}`);
    }
    for (const spec of actual) checkShape(role, spec, wanted.find(each => each.name === spec.name)!.shape);
  }
  const { decision } = claimed;
  if (!decision) return;
  const output = session.outputs.find(each => each.name === decision.output);
  if (!output) throw new HaversackError('ModelInvalid', `the decision reads ${decision.output}, no output`);
  const classes = output.shape.at(-1) ?? -1;
  if (decision.kind === 'softmax' && labels && classes > 0 && classes !== labels.length) {
    throw new HaversackError(
      'ModelInvalid',
      `${decision.output} has ${classes} classes, there are ${labels.length} labels`,
    );
  }
}
