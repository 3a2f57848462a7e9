// A GPU device as ONNX Runtime's WebGPU provider wants it. A device of one's own, and not the one that the runtime makes for
// itself, can be given up, lost and replaced while the runtime lives on.

/** What the provider uses where an adapter has it (`WebGpuContext::GetAvailableRequiredFeatures`, ONNX Runtime 1.30). */
const features = ['shader-f16', 'subgroups', 'timestamp-query'] as const;

/** Of these the provider takes all that an adapter gives (`WebGpuContext::GetRequiredLimits`, ONNX Runtime 1.30). */
const limits = [
  'maxBindGroups',
  'maxBufferSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupSizeY',
  'maxComputeWorkgroupSizeZ',
  'maxComputeWorkgroupStorageSize',
  'maxComputeWorkgroupsPerDimension',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
] as const;

/** Null where there is no adapter, or none that gives a device. The caller destroys it. */
export async function requestGpuDevice(): Promise<GPUDevice | null> {
  if (!('gpu' in navigator)) return null;
  try {
    const adapter = await navigator.gpu.requestAdapter();
    if (!adapter) return null;
    return await adapter.requestDevice({
      requiredFeatures: features.filter(feature => adapter.features.has(feature)),
      requiredLimits: Object.fromEntries(limits.map(limit => [limit, adapter.limits[limit]])),
    });
  } catch {
    return null;
  }
}
