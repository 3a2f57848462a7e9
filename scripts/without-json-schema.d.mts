import type { Plugin } from 'vite';

export declare function withoutJsonSchema(): Plugin;
