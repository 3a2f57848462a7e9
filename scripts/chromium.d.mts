export function findChromium(): string;
export function ensureChromium(): void;
export const ownGpu: boolean;
export function chromiumArguments(options: { webgpu: boolean }): string[];
