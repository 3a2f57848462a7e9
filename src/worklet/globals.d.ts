// What an AudioWorklet's global scope has (Web Audio API, section 1.32), as far as it is used: TypeScript's libraries have none.

declare class AudioWorkletProcessor {
  readonly port: { postMessage(message: unknown, transfer: readonly ArrayBuffer[]): void };
}

declare function registerProcessor(name: string, processor: new () => AudioWorkletProcessor): void;

/** Of the context that it runs in, in Hz. */
declare const sampleRate: number;
