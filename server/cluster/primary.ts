// A front's end of the link: what it asks of the primary.
import type { Duplex } from 'node:stream';
import { HaversackError } from '../../src/core/errors.ts';
import type { InferRequest } from '../../src/core/protocol/infer-request.ts';
import type { Answered } from '../../src/core/serve/service.ts';
import { type EnteredMessage, type EnterMessage, readEntered, writeEnter } from './enter-message.ts';
import { errorOf, failureFromJson } from './failure-message.ts';
import { fromFront, fromPrimary } from './frame.ts';
import type { Fields } from './frame-reader.ts';
import { FrameTooLarge, type FieldWriter } from './frame-writer.ts';
import { readInferred, writeInfer } from './infer-message.ts';
import { Link } from './link.ts';
import type { Ask, AskAnswer, TellFront, TellPrimary } from './tells.ts';

interface PrimaryOptions {
  readonly onTell: (tell: TellFront) => void;
  /** One connection too many of its address. */
  readonly onShut: (connection: number) => void;
  readonly onGone: () => void;
}

interface Call {
  readonly answer: (fields: Fields) => void;
  readonly fail: (error: HaversackError) => void;
}

export class Primary {
  readonly #options: PrimaryOptions;
  readonly #link: Link;
  readonly #calls = new Map<number, Call>();
  #last = 0;

  constructor(stream: Duplex, options: PrimaryOptions) {
    this.#options = options;
    this.#link = new Link(
      stream,
      (kind, id, fields) => this.#take(kind, id, fields),
      () => options.onGone(),
    );
  }

  /** @returns the visit's id, for what comes of it, and what the gate said */
  enter(message: EnterMessage): { readonly id: number; readonly entered: Promise<EnteredMessage> } {
    const id = this.#nextId();
    return { id, entered: this.#call(fromFront.enter, id, to => writeEnter(to, message), readEntered) };
  }

  /** The inputs' memory is sent as it is: the caller must not modify it any more. @throws HaversackError */
  infer(visit: number, elapsedMs: number, request: InferRequest): Promise<Answered> {
    const write = (to: FieldWriter) => writeInfer(to, { visit, elapsedMs, request });
    return this.#call(fromFront.infer, this.#nextId(), write, readInferred);
  }

  /** @throws HaversackError */
  ask(visit: number, ask: Ask): Promise<AskAnswer> {
    const write = (to: FieldWriter) => {
      to.u32(visit);
      to.text(JSON.stringify(ask));
    };
    return this.#call(
      fromFront.ask,
      this.#nextId(),
      write,
      fields => JSON.parse(fields.text()!) as AskAnswer,
    );
  }

  /** The visit is over. @param isUrgent somebody may be waiting for its place */
  end(visit: number, failed: boolean, isUrgent: boolean): void {
    this.#link.send(fromFront.end, visit, to => to.u8(failed ? 1 : 0));
    if (isUrgent) this.#link.flush();
  }

  opened(address: string): number {
    const id = this.#nextId();
    this.#link.send(fromFront.opened, id, to => to.text(address));
    return id;
  }

  closed(connection: number): void {
    this.#link.send(fromFront.closed, connection, () => undefined);
  }

  tell(what: TellPrimary): void {
    this.#link.tell(fromFront.tell, 0, what);
  }

  /** Resolves when all that was said is out. */
  leave(): Promise<void> {
    return this.#link.end();
  }

  #call<T>(
    kind: number,
    id: number,
    write: (to: FieldWriter) => void,
    read: (fields: Fields) => T,
  ): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#calls.set(id, { answer: fields => resolve(read(fields)), fail: reject });
      try {
        this.#link.send(kind, id, write);
      } catch (error) {
        this.#calls.delete(id);
        reject(
          error instanceof FrameTooLarge ? new HaversackError('TooLarge', error.message) : (error as Error),
        );
      }
    });
  }

  #take(kind: number, id: number, fields: Fields): void {
    switch (kind) {
      case fromPrimary.tell:
        this.#options.onTell(JSON.parse(fields.text()!) as TellFront);
        return;
      case fromPrimary.shut:
        this.#options.onShut(id);
        return;
      default:
        this.#answered(kind, id, fields);
    }
  }

  #answered(kind: number, id: number, fields: Fields): void {
    const call = this.#calls.get(id);
    this.#calls.delete(id);
    if (kind === fromPrimary.failed) call?.fail(errorOf(failureFromJson(fields.text()!)));
    else call?.answer(fields);
  }

  #nextId(): number {
    this.#last = (this.#last + 1) >>> 0;
    return this.#last;
  }
}
