// The primary's end of the link to one front. What the front asks is decided and computed here, at each request anew, by the same
// gate and the same backend as for a request that this process took itself.
import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import { HaversackError } from '../../src/core/errors.ts';
import type { PredictionBackend, Target } from '../../src/core/serve/service.ts';
import { targetOf } from '../../src/core/serve/target.ts';
import type { ConnectionCounts } from '../gateway/connections.ts';
import { Entry, type Gate } from '../gateway/entry.ts';
import { identityName } from '../gateway/identity.ts';
import { oursOrLogged } from '../gateway/problem.ts';
import { circleRefusal } from '../upstream/refuse-circles.ts';
import { type EnterMessage, readEnter, writeEntered } from './enter-message.ts';
import { failureOf, type LinkFailure } from './failure-message.ts';
import { fromFront, fromPrimary } from './frame.ts';
import type { Fields } from './frame-reader.ts';
import { FrameTooLarge } from './frame-writer.ts';
import { type InferMessage, readInfer, writeInferred } from './infer-message.ts';
import { Link } from './link.ts';
import type { Ask, AskAnswer, TellFront, TellPrimary } from './tells.ts';
import { Visit } from './visit.ts';

/** What decides and what computes. */
export interface Answering {
  readonly gate: Gate;
  readonly backend: PredictionBackend;
  /** What this server calls itself to those it asks. */
  readonly via: string;
}

export interface DeskOptions {
  readonly answering: Answering;
  /** Over all fronts. */
  readonly connections: ConnectionCounts;
  readonly log: Logger;
  readonly onTell: (tell: TellPrimary) => void;
  /** The front is gone. @param error what it said that is no frame */
  readonly onGone: (error: Error | null) => void;
}

export class Desk {
  readonly #options: DeskOptions;
  readonly #link: Link;
  readonly #visits = new Map<number, Visit>();
  /** Addresses of its connections, as far as they are counted. */
  readonly #connections = new Map<number, string>();

  constructor(stream: Duplex, options: DeskOptions) {
    this.#options = options;
    this.#link = new Link(
      stream,
      (kind, id, fields) => this.#take(kind, id, fields),
      error => {
        this.#leave();
        options.onGone(error);
      },
    );
  }

  tell(what: TellFront): void {
    this.#link.tell(fromPrimary.tell, 0, what);
  }

  /** Requests that are not over. */
  get visits(): number {
    return this.#visits.size;
  }

  #take(kind: number, id: number, fields: Fields): void {
    switch (kind) {
      case fromFront.enter:
        void this.#enter(id, readEnter(fields));
        return;
      case fromFront.infer:
        void this.#infer(id, readInfer(fields));
        return;
      case fromFront.ask:
        void this.#answer(id, fields.u32(), JSON.parse(fields.text()!) as Ask);
        return;
      case fromFront.end:
        this.#visits.get(id)?.end(fields.u8() === 1);
        this.#visits.delete(id);
        return;
      case fromFront.opened:
        this.#opened(id, fields.text()!);
        return;
      case fromFront.closed:
        this.#closed(id);
        return;
      case fromFront.tell:
        this.#options.onTell(JSON.parse(fields.text()!) as TellPrimary);
        return;
      default:
        throw new Error(`a frame of kind ${kind}`);
    }
  }

  async #enter(id: number, message: EnterMessage): Promise<void> {
    const { gate } = this.#options.answering;
    const { host, origin, address, isForwarded, authorization, model } = message;
    const from = { method: 'POST', host, origin, address, isForwarded };
    const what = { right: 'predict', model, isStream: false, nowhere: null } as const;
    const entry = new Entry(gate, { ...from, ...what, authorization });
    const visit = new Visit(entry, message);
    this.#visits.set(id, visit);
    const refusal = await this.#admit(visit, message);
    const version = refusal ? 0 : await this.#firstResolved(visit, message);
    const callerName = identityName(entry.identity);
    const { openReads, policies } = entry;
    this.#link.send(fromPrimary.entered, id, to =>
      writeEntered(to, { callerName, openReads, policies, refusal, version }),
    );
  }

  /** Why not; null where it may. Never rejects. */
  async #admit(visit: Visit, { via }: EnterMessage): Promise<LinkFailure | null> {
    try {
      await visit.entry.admit();
      const circle = via === undefined ? null : circleRefusal(via, this.#options.answering.via);
      return circle && failureOf(circle);
    } catch (error) {
      return this.#failure(error, visit);
    }
  }

  /** Before its body is there: most come at once, and then this was the only time. Never rejects. */
  async #firstResolved(visit: Visit, { model, version }: EnterMessage): Promise<number | LinkFailure> {
    try {
      return await this.#resolve(visit, targetOf(model, version));
    } catch (error) {
      return this.#failure(error, visit);
    }
  }

  async #resolve(visit: Visit, target: Target): Promise<number> {
    const { backend } = this.#options.answering;
    const resolved = await backend.resolve(target);
    visit.resolvedTo(resolved);
    await backend.admit?.(resolved, visit.contextAfter(0));
    return resolved.version;
  }

  async #infer(id: number, { visit: of, elapsedMs, request }: InferMessage): Promise<void> {
    const visit = this.#visits.get(of);
    try {
      if (!visit) throw nobodyWaits();
      // A body takes its time: who sent it may have been revoked since it began.
      await visit.entry.requireStill();
      const context = visit.contextAfter(elapsedMs);
      const answered = await this.#options.answering.backend.infer(visit.resolved, request, context);
      this.#link.send(fromPrimary.inferred, id, to => writeInferred(to, answered));
    } catch (error) {
      this.#link.tell(fromPrimary.failed, id, this.#failure(error, visit));
    }
  }

  async #answer(id: number, of: number, ask: Ask): Promise<void> {
    const visit = this.#visits.get(of);
    try {
      if (!visit) throw nobodyWaits();
      this.#link.tell(fromPrimary.answered, id, await this.#asked(visit, ask));
    } catch (error) {
      this.#link.tell(fromPrimary.failed, id, this.#failure(error, visit));
    }
  }

  async #asked(visit: Visit, ask: Ask): Promise<AskAnswer> {
    const { backend } = this.#options.answering;
    await visit.entry.requireStill();
    switch (ask.kind) {
      case 'resolve':
        return this.#resolve(visit, ask.target);
      case 'metadata':
        return backend.metadata(visit.resolved);
      case 'describe':
        return backend.describe(visit.resolved);
    }
  }

  #failure(error: unknown, visit: Visit | undefined): LinkFailure {
    if (error instanceof HaversackError && error.code !== 'Internal') return failureOf(error);
    if (error instanceof FrameTooLarge) return failureOf(new HaversackError('TooLarge', error.message));
    const requestId = visit?.requestId ?? '';
    return failureOf(oursOrLogged(error, this.#options.log.child({ reqId: requestId }), requestId));
  }

  #opened(id: number, address: string): void {
    if (this.#options.connections.take(address)) this.#connections.set(id, address);
    else this.#link.send(fromPrimary.shut, id, () => undefined);
  }

  #closed(id: number): void {
    const address = this.#connections.get(id);
    if (address === undefined) return;
    this.#connections.delete(id);
    this.#options.connections.leave(address);
  }

  /** What it had in flight nobody waits for any more. */
  #leave(): void {
    for (const visit of this.#visits.values()) visit.end(true);
    this.#visits.clear();
    for (const id of [...this.#connections.keys()]) this.#closed(id);
  }
}

function nobodyWaits(): HaversackError {
  return new HaversackError('Aborted', 'nobody waits for the answer any more');
}
