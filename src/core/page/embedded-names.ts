// What an exported page carries in scripts: each file's name for the page, and the script that brings it.

/** The model. */
export const embeddedModel = { name: 'model', script: 'model.js' } as const;
/** ONNX Runtime's WebAssembly. */
export const embeddedRuntime = { name: 'runtime', script: 'runtime-wasm.js' } as const;
