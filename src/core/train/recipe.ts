// The full settings of a training run. Same recipe, data and seed give the same weights on the same host and provider.
import { z } from '../zod.ts';
import { augmentationSchema } from './augmentation.ts';
import { scheduleSchema } from './schedules.ts';

const share = z.number().min(0).lt(1);

/** What the optimizers of the `onnx` engine can be told; what is absent has the optimizer's published default. */
export const optimizerOptionsSchema = z.object({
  /** SGD and RMSprop. */
  momentum: share.optional(),
  /** SGD with momentum. */
  nesterov: z.boolean().optional(),
  /** Adam: of the first and the second moment. */
  beta1: share.optional(),
  beta2: share.optional(),
  /** RMSprop: of the mean square. */
  decay: share.optional(),
  epsilon: z.number().positive().optional(),
  /** Decoupled (arXiv 1711.05101), on weights of two and more dimensions only. */
  weightDecay: z.number().min(0).optional(),
  /** The gradient of all parameters together is shortened to this norm. */
  clipNorm: z.number().positive().optional(),
  /** The weights that are kept are a moving average with this factor. */
  averageDecay: share.optional(),
  /** Batches whose gradients make one step. */
  accumulate: z.number().int().min(1).max(1024).optional(),
});
export type OptimizerOptions = z.infer<typeof optimizerOptionsSchema>;

export const loraSchema = z.object({
  rank: z.number().int().min(1).max(1024),
  /** The change is scaled by alpha / rank. */
  alpha: z.number().positive(),
  /** Names of weights, `*` stands for anything; absent: every weight that a change of this rank is small beside. */
  targets: z.array(z.string().min(1)).optional(),
  /**
   * `merged` (absent: the same): the changes become part of the weights, and the model has its graph as before. `delta`: they
   * stay beside them, as nodes and small initializers, and the weights keep their bytes: a version is a few per cent to send.
   */
  keep: z.enum(['merged', 'delta']).optional(),
});
export type LoraOptions = z.infer<typeof loraSchema>;
/** PEFT's defaults (`LoraConfig` 0.17). */
export const defaultLora = { rank: 8, alpha: 8 } as const;

export const distillationSchema = z.object({
  /** Of the parent's answers in the loss, the labels have the rest; 0: they do not count. */
  weight: z.number().min(0).max(1),
  /** How much probabilities are softened before they are compared; losses over values know none. */
  temperature: z.number().min(1).max(100),
});

/**
 * What holds a model near its own answers while it learns from samples alone. Hinton et al. let the labels weigh less than
 * the soft answers (arXiv 1503.02531, §2), for their teacher is right; here labels say where it is wrong. What minimises the
 * loss is, at T = 1, the mixture (1 − w) label + w answer: from w = ½ on nothing could be corrected. Measured on a hand that
 * digits reads badly (0.63 right; 30 samples, Teach's recipes): at 0.2 it learns as well as at 0 (0.94 to 0.97 right, not
 * 0.98 to 0.99) and forgets 1 to 5 of 352 instead of 12 to 14; at 0.5 it forgets none and stays at 0.75 to 0.80.
 */
export const defaultDistillation = { weight: 0.2, temperature: 2 } as const;

export const trainRecipeSchema = z.object({
  kind: z.literal('train'),
  engine: z.enum(['onnx', 'tfjs']),
  /**
   * `head`: only the last layers, for tfjs those that the topology calls the head. What follows is for `onnx` only.
   * `last`: as many layers as `layers` says. `names`: what `pattern` fits. `biases`: biases and norms. `lora`: low-rank
   * changes to frozen weights.
   */
  scope: z.enum(['head', 'all', 'last', 'names', 'biases', 'lora']),
  layers: z.number().int().min(1).optional(),
  /** Names of weights, `*` stands for anything. */
  pattern: z.string().min(1).max(1024).optional(),
  lora: loraSchema.optional(),
  loss: z.enum([
    'sparse-categorical-cross-entropy',
    'binary-cross-entropy',
    'mean-squared-error',
    'mean-absolute-error',
    'huber',
  ]),
  labelSmoothing: share.optional(),
  /** One a class, in the order of the labels. */
  classWeights: z.array(z.number().min(0)).optional(),
  /** Huber: where it turns from square to straight. */
  delta: z.number().positive().optional(),
  /** To the parent's answers on the training rows, by the `onnx` engine. Absent: none, where the parent's data is at hand. */
  distillation: distillationSchema.optional(),
  /** How training rows are changed, anew in each step, by the `onnx` engine. Absent: not at all. */
  augmentation: augmentationSchema.optional(),
  optimizer: z.enum(['adam', 'adamw', 'sgd', 'rmsprop']),
  options: optimizerOptionsSchema.optional(),
  learningRate: z.number().positive().max(10),
  schedule: scheduleSchema.optional(),
  warmUpSteps: z.number().int().min(0).optional(),
  /** `frozen`: batch normalization keeps the statistics that the model came with. Absent: those of the batch. */
  batchStatistics: z.enum(['batch', 'frozen']).optional(),
  epochs: z.number().int().min(1).max(10_000),
  /** Epochs without a lower validation loss after which the run ends; the best weights are kept. */
  patience: z.number().int().min(1).optional(),
  batchSize: z.number().int().min(1).max(65_536),
  seed: z
    .number()
    .int()
    .min(0)
    .max(2 ** 32 - 1),
  /**
   * Each new sample of the training part is seen this many times an epoch, each row of the parent's data set once: few
   * are not drowned by what is replayed, and the more there are, the more they weigh. It counts for samples labelled on
   * the device that are not yet rows of the data set; once shared, they are rows like all others.
   */
  newSampleRepeats: z.number().int().min(1).max(1000),
});
export type TrainRecipe = z.infer<typeof trainRecipeSchema>;
