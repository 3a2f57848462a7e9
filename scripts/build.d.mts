import type { InlineConfig } from 'vite';

export function serverConfig(outDir: string): InlineConfig;
export function isBuilt(): boolean;
