// What each side of the training benches is: ours or a peer, taking whole steps of one net.

/** Of Adam; all sides take these. */
export const adam = { learningRate: 1e-3, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };
/** Of batch normalization: running ← m · running + (1 − m) · the batch's. The defaults of ONNX's operator. */
export const batchNorm = { epsilon: 1e-5, momentum: 0.9 };
/** The default of ONNX's operator. */
export const layerNormEpsilon = 1e-5;

export interface Trainer {
  /** Starts anew from the net's first weights. */
  reset(): Promise<void>;
  /** One step on the net's batch, which is handed over anew: the loss before it, when all of it is done. */
  step(): Promise<number>;
}

export interface Turn {
  readonly millisecondsAStep: number;
  /** Before each step. */
  readonly losses: readonly number[];
}

/** This many steps from the first weights. */
export async function takeTurn(trainer: Trainer, steps: number): Promise<Turn> {
  await trainer.reset();
  const losses: number[] = [];
  const started = performance.now();
  for (let i = 0; i < steps; i++) losses.push(await trainer.step());
  return { millisecondsAStep: (performance.now() - started) / steps, losses };
}
