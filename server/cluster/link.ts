// One end of the link: a duplex stream between the primary and a front that nobody else can open, with frames both ways.
import type { Duplex } from 'node:stream';
import { FrameReader, type OnFrame } from './frame-reader.ts';
import { type FieldWriter, FrameWriter } from './frame-writer.ts';

/** In a front: the file descriptor of its end, behind those of stdin, stdout, stderr and of Node's own channel. */
export const linkDescriptor = 4;

export class Link {
  readonly #stream: Duplex;
  readonly #out: FrameWriter;
  #isOpen = true;

  /** @param closed called once, when the other end is gone, or this one could not make anything of what it said */
  constructor(stream: Duplex, onFrame: OnFrame, closed: (error: Error | null) => void) {
    this.#stream = stream;
    this.#out = new FrameWriter(stream);
    const reader = new FrameReader(onFrame);
    let failed: Error | null = null;
    stream.on('data', (piece: Buffer) => {
      try {
        reader.take(piece);
      } catch (error) {
        stream.destroy(error instanceof Error ? error : new Error(String(error)));
      }
    });
    stream.on('error', error => (failed = error));
    stream.once('close', () => {
      this.#isOpen = false;
      closed(failed);
    });
    stream.once('end', () => stream.destroy());
  }

  /** To nobody where the other end is gone. @throws FrameTooLarge */
  send(kind: number, id: number, body: (to: FieldWriter) => void): void {
    if (this.#isOpen) this.#out.frame(kind, id, body);
  }

  tell(kind: number, id: number, what: object | number | null): void {
    this.send(kind, id, to => to.text(JSON.stringify(what)));
  }

  /** What was sent goes out now, and does not wait for the end of the turn. */
  flush(): void {
    this.#out.flush();
  }

  /** When what was sent is out. */
  end(): Promise<void> {
    this.flush();
    return new Promise(resolve => this.#stream.end(resolve));
  }

  destroy(): void {
    this.#stream.destroy();
  }
}
