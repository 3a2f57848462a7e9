export function findChromium(): string;
export function chromiumArguments(options: { webgpu: boolean }): string[];
