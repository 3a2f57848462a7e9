// ONNX Runtime as its Node and web packages have it in common, by its shape: nothing here depends on either.

export interface RuntimeTensor {
  readonly type: string;
  readonly dims: readonly number[];
  readonly data: unknown;
}

export interface RuntimeSession {
  run(feeds: Record<string, never>): Promise<Readonly<Record<string, RuntimeTensor>>>;
  release(): Promise<void>;
}

export interface RuntimeModule {
  readonly InferenceSession: { create(model: Uint8Array): Promise<RuntimeSession> };
  readonly Tensor: new (type: never, data: never, dims: readonly number[]) => RuntimeTensor;
}

/** The package as it is imported: Node gives a CommonJS package's exports as `default`. */
export type Runtime = RuntimeModule | { readonly default: RuntimeModule };
