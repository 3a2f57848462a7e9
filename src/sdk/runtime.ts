// ONNX Runtime as the local part uses it: what its Node and web packages have in common. The caller brings it; nothing here
// depends on either.

export interface RuntimeTensor {
  readonly type: string;
  readonly dims: readonly number[];
  readonly data: unknown;
}

export interface RuntimeSession {
  run(feeds: Record<string, never>): Promise<Readonly<Record<string, RuntimeTensor>>>;
  release(): Promise<void>;
}

interface RuntimeModule {
  readonly InferenceSession: { create(model: Uint8Array): Promise<RuntimeSession> };
  readonly Tensor: new (type: never, data: never, dims: readonly number[]) => RuntimeTensor;
}

/** The package as it is imported: Node gives a CommonJS package's exports as `default`. */
export type Runtime = RuntimeModule | { readonly default: RuntimeModule };
