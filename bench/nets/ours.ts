// Our side of a training bench, on whatever host of steps: the engine's own `Stepper` over the net's ONNX file.
import type { StepHost } from '../../src/core/runtime/step-host.ts';
import type { Tensor } from '../../src/core/tensor.ts';
import { inMemory, inOrder } from '../../src/core/train/samples.ts';
import { Stepper } from '../../src/core/train/stepper.ts';
import { trainableGraph } from '../../src/core/train/trainable-graph.ts';
import type { Net } from './net.ts';
import { inputName, onnxFile, outputName } from './onnx.ts';
import { adam, type Trainer } from './trainer.ts';
import { batchOf, weightsOf } from './weights.ts';

/** The host is the trainer's from now on. */
export async function oursTrainer(net: Net, host: StepHost): Promise<Trainer> {
  const { input, shape, labels, labelShape } = batchOf(net);
  const datatype = net.input.tokens === undefined ? 'FP32' : 'INT32';
  const train = inMemory({
    rows: net.batch,
    inputs: { [inputName]: { datatype, shape, data: input } },
    target: { datatype: 'INT32', shape: labelShape, data: labels },
  });
  const trained = weightsOf(net).filter(({ role }) => role === 'trained');
  const { learningRate, ...options } = adam;
  const job = {
    model: trainableGraph(onnxFile(net)),
    output: outputName,
    trainable: new Set(trained.map(({ name }) => name)),
    train,
    validation: null,
    loss: { kind: 'cross-entropy' as const },
    optimizer: { kind: 'adam' as const, options },
    statistics: 'batch' as const,
    learningRate,
    schedule: { kind: 'constant' as const },
    warmUpSteps: 0,
    epochs: 1,
    patience: null,
    batchSize: net.batch,
    seed: 1,
    maxCacheBytes: 0,
  };
  const first = new Map<string, Tensor>();
  const stepper = await Stepper.open(job, net.batch, remembering(host, first));
  const rows = inOrder(net.batch);
  let taken = 0;
  return {
    async reset() {
      await host.put(first);
      taken = 0;
    },
    step: async () => (await stepper.step(rows, net.batch, ++taken, learningRate)).loss,
  };
}

/** Writes down what is put into the host. */
function remembering(host: StepHost, first: Map<string, Tensor>): StepHost {
  return {
    ...host,
    put: values => {
      for (const [slot, tensor] of values) first.set(slot, tensor);
      return host.put(values);
    },
  };
}
