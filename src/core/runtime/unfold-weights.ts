// Whether weights that are stored as int8 become fp32 when a model is loaded: a small file, and the speed of the large one.

/**
 * The `extra` of ONNX Runtime's session options, the same in all its bindings. Without it version 1.30 leaves
 * DequantizeLinear to every run (`session.disable_quant_qdq` in onnxruntime_session_options_config_keys.h). Where
 * activations are quantized too, the pairs stand for int8 arithmetic, which the runtime is to keep.
 */
export function unfoldWeights(operators: ReadonlySet<string>): { session: Record<string, string> } | null {
  const weightOnly = operators.has('DequantizeLinear') && !operators.has('QuantizeLinear');
  return weightOnly ? { session: { disable_quant_qdq: '1' } } : null;
}
