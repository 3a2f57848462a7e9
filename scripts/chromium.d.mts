export function findChromium(): string;
export function ensureChromium(): void;
export function chromiumArguments(options: { webgpu: boolean }): string[];
