// A layers model as it is stored: by TensorFlow.js (`LayersModel.save`), by its converter from Keras 2, and by Keras 3 in the
// same format. Chains (`Sequential`), graphs (`Model`, `Functional`), and either of them as a layer of another. Hostile until
// it is parsed; knows no layer.
import { HaversackError } from '../../errors.ts';
import { modelLimits } from '../../onnx/limits.ts';
import { z } from '../../zod.ts';
import type { Sizes } from './graph-draft.ts';

const nameSchema = z.string().min(1).max(1024);
const maxLayers = 10_000;
/** Models in models. */
const maxDepth = modelLimits.graphDepth;

const layerSchema = z.looseObject({
  class_name: nameSchema,
  config: z.unknown().optional(),
  name: nameSchema.optional(),
  inbound_nodes: z.array(z.unknown()).max(maxLayers).optional(),
});

const sequentialSchema = z.union([
  z
    .array(layerSchema)
    .max(maxLayers)
    .transform(layers => ({ name: undefined, layers, build_input_shape: undefined })),
  z.looseObject({
    name: nameSchema.optional(),
    layers: z.array(layerSchema).max(maxLayers),
    build_input_shape: z.array(z.number().nullable()).max(16).nullish(),
  }),
]);

/** A layer's output: which layer, at which of its calls, which of its outputs. */
const referenceSchema = z
  .tuple([nameSchema, z.number().int().min(0), z.number().int().min(0)])
  .rest(z.unknown())
  .transform(([layer, call, output]) => ({ layer, call, output }));
export type Reference = z.output<typeof referenceSchema>;

/** One reference may stand without the list around it. */
const referencesSchema = z.union([
  referenceSchema.transform(reference => [reference]),
  z.array(referenceSchema).min(1).max(1024),
]);

const functionalSchema = z.looseObject({
  name: nameSchema.optional(),
  layers: z.array(layerSchema).min(1).max(maxLayers),
  input_layers: referencesSchema,
  output_layers: referencesSchema,
});

const inputSchema = z.looseObject({
  name: nameSchema.optional(),
  batch_input_shape: z.array(z.number().int().nullable()).min(2).max(8).optional(),
  /** As Keras 3 calls it. */
  batch_shape: z.array(z.number().int().nullable()).min(2).max(8).optional(),
  dtype: z.unknown().optional(),
});

/** A call of a layer: where its inputs come from. In a chain, from the layer before. */
type Call = readonly Reference[];

export interface LayerNode {
  readonly name: string;
  readonly className: string;
  readonly config: unknown;
  /** Null for a layer that is no model. */
  readonly model: ModelTopology | null;
  readonly calls: readonly Call[];
}

export interface InputDeclaration {
  readonly name: string;
  readonly shape: Sizes;
  readonly isInteger: boolean;
}

export interface ModelTopology {
  readonly name: string;
  readonly isChain: boolean;
  readonly layers: readonly LayerNode[];
  readonly inputs: readonly Reference[];
  readonly outputs: readonly Reference[];
  /** What a chain says of its input besides its layers. */
  readonly chainInput: Sizes | null;
}

const topLevelSchema = z.looseObject({
  model_config: z.unknown().optional(),
  class_name: z.unknown().optional(),
  keras_version: z.string().optional(),
});

/** Keras 3 has another function under the name `hard_sigmoid`; here each has a name of its own. */
export const hardSigmoidOfKeras3 = 'hard_sigmoid of Keras 3';

/**
 * @param topology `modelTopology` of a `model.json`, or what `LayersModel.toJSON` answers
 * @throws HaversackError `ImportImpossible` saying where it is none
 */
export function parseModelTopology(topology: unknown): ModelTopology {
  const top = parse(topLevelSchema, topology, 'modelTopology');
  const config = top.class_name === undefined ? top.model_config : top;
  return modelOf(parse(layerSchema, config, 'its model'), 0, top.keras_version?.startsWith('3.') ?? false);
}

/** Whether that class is a model of layers itself. */
function isModel(className: string): boolean {
  return ['Sequential', 'Model', 'Functional'].includes(className);
}

function modelOf(
  { class_name: className, config }: z.infer<typeof layerSchema>,
  depth: number,
  isKeras3: boolean,
): ModelTopology {
  if (depth > maxDepth) throw impossible(`models lie in models more than ${maxDepth} deep`);
  if (!isModel(className)) throw impossible(`a ${className} has no layers that are known here`);
  return className === 'Sequential'
    ? chainOf(config, depth, isKeras3)
    : graphOf(config, className, depth, isKeras3);
}

function chainOf(config: unknown, depth: number, isKeras3: boolean): ModelTopology {
  const {
    name = 'sequential',
    layers,
    build_input_shape: built,
  } = parse(sequentialSchema, config, 'a Sequential');
  const nodes = layers.map(layer => nodeOf(layer, depth, [], isKeras3));
  if (nodes.length === 0) throw impossible(`Sequential '${name}' has no layers`);
  return { name, isChain: true, layers: nodes, inputs: [], outputs: [], chainInput: built?.slice(1) ?? null };
}

function graphOf(config: unknown, className: string, depth: number, isKeras3: boolean): ModelTopology {
  const parsed = parse(functionalSchema, config, `a ${className}`);
  const layers = parsed.layers.map(layer =>
    nodeOf(
      layer,
      depth,
      (layer.inbound_nodes ?? []).map(call => referencesOfCall(call)),
      isKeras3,
    ),
  );
  return {
    name: parsed.name ?? 'model',
    isChain: false,
    layers,
    inputs: parsed.input_layers,
    outputs: parsed.output_layers,
    chainInput: null,
  };
}

function nodeOf(
  layer: z.infer<typeof layerSchema>,
  depth: number,
  calls: readonly Call[],
  isKeras3: boolean,
): LayerNode {
  const { class_name: className } = layer;
  const parsed = configSchema.safeParse(layer.config);
  const stored = parsed.success ? parsed.data : {};
  const name = layer.name ?? stored.name ?? className;
  const isOther = isKeras3 && stored.activation === 'hard_sigmoid';
  const config = isOther ? { ...stored, activation: hardSigmoidOfKeras3 } : layer.config;
  const model = isModel(className) ? modelOf(layer, depth + 1, isKeras3) : null;
  return { name, className, config, model, calls };
}

const configSchema = z.looseObject({ name: nameSchema.optional(), activation: z.unknown().optional() });

const keras3CallSchema = z.looseObject({ args: z.array(z.unknown()) });
const keras3TensorSchema = z.looseObject({
  class_name: z.literal('__keras_tensor__'),
  config: z.looseObject({ keras_history: referenceSchema }),
});

/** Keras 2: [[layer, call, output, {}], …]; Keras 3: { args: [tensor, or a list of tensors], kwargs }. */
function referencesOfCall(call: unknown): Call {
  const keras3 = keras3CallSchema.safeParse(call);
  if (!keras3.success) return parse(referencesSchema, call, 'an inbound node');
  return keras3.data.args.flat().flatMap(argument => {
    const tensor = keras3TensorSchema.safeParse(argument);
    return tensor.success ? [tensor.data.config.keras_history] : [];
  });
}

/** What goes into the model, in order. @throws HaversackError `ImportImpossible` where no layer says its shape */
export function inputsOf(model: ModelTopology): InputDeclaration[] {
  if (!model.isChain) {
    return model.inputs.map(({ layer }) => {
      const node = model.layers.find(each => each.name === layer);
      const declared = node && declaredInput(node);
      if (!declared) throw impossible(`input layer '${layer}' does not say its shape`);
      return { ...declared, name: node.name };
    });
  }
  const first = model.layers[0]!;
  const declared = declaredInput(first);
  if (declared)
    return [{ ...declared, name: first.className === 'InputLayer' ? first.name : `${first.name}_input` }];
  if (first.model && !model.chainInput) return inputsOf(first.model);
  if (!model.chainInput) throw impossible(`layer '${first.name}' does not say the shape of its input`);
  return [{ name: `${first.name}_input`, shape: model.chainInput, isInteger: false }];
}

function declaredInput({ config }: LayerNode): Omit<InputDeclaration, 'name'> | null {
  const parsed = inputSchema.safeParse(config);
  const shape = parsed.success ? (parsed.data.batch_input_shape ?? parsed.data.batch_shape) : undefined;
  if (!shape) return null;
  return { shape: shape.slice(1), isInteger: parsed.data?.dtype === 'int32' };
}

function parse<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw impossible(
    `${what} is not of the form it must have: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`,
  );
}

function impossible(detail: string): HaversackError {
  return new HaversackError('ImportImpossible', `The layers model: ${detail}.`);
}
