// How much memory a training run may take on this device. Browsers do not say what is free; what they say is coarse.

/** ONNX Runtime Web's heap ends at 4 GiB (wasm32); the rest is for what else the worker holds. */
const mostBytes = 3.5 * 2 ** 30;
/** Of the device's memory: the system, the browser and the other tabs have the rest. */
const shareOfDevice = 0.4;
/** Where a browser keeps the device's memory to itself: a tab of iOS dies near 1.5 GB, the runtime's code included. */
const unknownBytes = 2 ** 30;

/** @param deviceGibibytes null where the browser does not say */
export function bytesWithin(deviceGibibytes: number | null): number {
  if (deviceGibibytes === null) return unknownBytes;
  return Math.min(mostBytes, Math.floor(deviceGibibytes * shareOfDevice * 2 ** 30));
}

export function trainingBytes(): number {
  // Device Memory (W3C), in Chromium only: 0.25 to 8, rounded.
  const { deviceMemory = null } = navigator as { readonly deviceMemory?: number };
  return bytesWithin(deviceMemory);
}
