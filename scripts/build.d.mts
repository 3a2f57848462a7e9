import type { InlineConfig } from 'vite';

/** @param programs all of them, if left out */
export function serverConfig(outDir: string, programs?: readonly string[]): InlineConfig;
export function isBuilt(): boolean;
