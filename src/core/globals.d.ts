// What every host of `core` shares (browser page, dedicated worker, service worker, Node ≥ 20). `core` sees nothing
// else: no DOM, no Node. Shapes are the subset that is used, spelled as the platforms spell them.

declare const console: {
  log(...values: unknown[]): void;
  warn(...values: unknown[]): void;
  error(...values: unknown[]): void;
};

declare const performance: { now(): number };

declare function setTimeout(callback: () => void, ms?: number): unknown;
declare function clearTimeout(id: unknown): void;
declare function queueMicrotask(callback: () => void): void;
declare function structuredClone<T>(value: T): T;
declare function btoa(text: string): string;
declare function atob(text: string): string;

declare class TextEncoder {
  encode(text?: string): Uint8Array<ArrayBuffer>;
  encodeInto(
    text: string,
    into: Uint8Array<ArrayBuffer>,
  ): { readonly read: number; readonly written: number };
}
declare class TextDecoder {
  constructor(label?: string, options?: { fatal?: boolean; ignoreBOM?: boolean });
  decode(bytes?: ArrayBufferView | ArrayBuffer): string;
}

interface AbortSignal {
  readonly aborted: boolean;
  readonly reason: unknown;
  throwIfAborted(): void;
  addEventListener(type: 'abort', listener: () => void, options?: { once?: boolean }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

declare const crypto: {
  getRandomValues<T extends ArrayBufferView>(array: T): T;
  randomUUID(): string;
  readonly subtle: { digest(algorithm: 'SHA-256' | 'SHA-1', data: BufferSource): Promise<ArrayBuffer> };
};
type BufferSource = ArrayBufferView<ArrayBuffer> | ArrayBuffer;

interface ReadableStreamDefaultReader<T> {
  read(): Promise<
    { readonly done: false; readonly value: T } | { readonly done: true; readonly value?: undefined }
  >;
  cancel(reason?: unknown): Promise<void>;
}
interface ReadableStream<T> {
  getReader(): ReadableStreamDefaultReader<T>;
  pipeThrough<R>(transform: { readable: ReadableStream<R>; writable: unknown }): ReadableStream<R>;
  cancel(reason?: T): Promise<void>;
}
declare class CompressionStream {
  constructor(format: 'gzip');
  readonly readable: ReadableStream<Uint8Array<ArrayBuffer>>;
  readonly writable: unknown;
}
declare class DecompressionStream {
  constructor(format: 'gzip' | 'deflate' | 'deflate-raw');
  readonly readable: ReadableStream<Uint8Array<ArrayBuffer>>;
  readonly writable: unknown;
}
declare class URLSearchParams {
  constructor(init?: string | Readonly<Record<string, string>>);
  [Symbol.iterator](): IterableIterator<[string, string]>;
  toString(): string;
}
declare class Blob {
  constructor(parts: readonly BufferSource[]);
  stream(): ReadableStream<Uint8Array<ArrayBuffer>>;
}
declare class Response {
  constructor(body: ReadableStream<Uint8Array<ArrayBuffer>>);
  arrayBuffer(): Promise<ArrayBuffer>;
}
