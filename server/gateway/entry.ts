// One request's way through the gate: who asks, what they may, how much of it is left. Decides the same whoever hands the request
// over; knows neither Fastify nor an answer.
import type { DeviceInfo } from '../../src/core/artifact/access-api.ts';
import type { ModelRight } from '../../src/core/artifact/grant.ts';
import type { AccessKey } from '../../src/core/artifact/key-api.ts';
import { HaversackError } from '../../src/core/errors.ts';
import type { Right } from './access.ts';
import { callerLimitsOf, type FlowOptions, modelLimitsOf } from './flow.ts';
import { type Identity, identify, type IdentityContext } from './identity.ts';
import type { Admission, Counted } from './limits.ts';
import { checkOrigin, isLocal, type Origin } from './origin.ts';
import type { Policy } from './rate-limit-fields.ts';
import { type Rights, rightsOf } from '../../src/core/artifact/rights.ts';
import { grantsOf, requireRight } from './standing.ts';

export interface Gate extends IdentityContext {
  readonly flow: FlowOptions;
  readonly servedNames: () => ReadonlySet<string>;
  readonly sawDevice: (device: DeviceInfo) => void;
  readonly usedAccessKey: (key: AccessKey) => void;
}

/** What is known of a request before its body. */
export interface Arrival extends Origin {
  readonly authorization: string | undefined;
  /** What its route wants. */
  readonly right: Right;
  /** Of the path; null where it names none. */
  readonly model: string | null;
  /** Goes on for as long as somebody listens. */
  readonly isStream: boolean;
  /** What no route answers, for its refusal: `POST /nothing`. Null where one does, and where a page may. */
  readonly nowhere: string | null;
}

const nobody: Identity = { kind: 'anonymous', hint: 'not asked yet' };

export class Entry {
  readonly #gate: Gate;
  readonly #arrival: Arrival;
  /** Whether reading and predicting need no key from where the caller is. */
  openReads = false;
  #caller: Identity | null = null;
  #rights: Rights = rightsOf([]);
  /** Which limits held for it so far. */
  #policies: readonly Policy[] = [];
  /** The model that it was counted for. */
  #countedModel: string | null = null;
  readonly #admissions: Admission[] = [];
  /** Set when it is over: whether it failed. */
  #failed: boolean | null = null;

  constructor(gate: Gate, arrival: Arrival) {
    this.#gate = gate;
    this.#arrival = arrival;
  }

  /** Nobody, until `admit` has looked. */
  get caller(): Identity {
    return this.#caller ?? nobody;
  }

  /** Null until `admit` has got as far as asking who it is. */
  get identity(): Identity | null {
    return this.#caller;
  }

  get rights(): Rights {
    return this.#rights;
  }

  get policies(): readonly Policy[] {
    return this.#policies;
  }

  /** Whether something is held until `end`. */
  get isCounted(): boolean {
    return this.#admissions.length > 0;
  }

  /** @throws HaversackError `Forbidden`, `Unauthorized`, `NotFound`, `TooManyRequests`, `QuotaSpent`, `Unavailable` */
  async admit(): Promise<void> {
    const { authorization, right, model, nowhere } = this.#arrival;
    checkOrigin(this.#arrival, this.#gate.servedNames());
    this.openReads = isLocal(this.#arrival);
    this.#recognise(await identify(this.#gate, authorization));
    // What no route answers is for everyone: it tells nothing. Nor is a body that nobody reads waited for.
    if (nowhere !== null) throw new HaversackError('NotFound', nowhere);
    await this.#countCaller();
    requireRight(this.caller, this.#rights, right, model);
    if (model !== null && this.#isPrediction) await this.#countModel(model);
    if (this.caller.kind === 'device') this.#gate.sawDevice(this.caller.device);
    if (this.caller.kind === 'access-key') this.#gate.usedAccessKey(this.caller.key);
  }

  /**
   * Looks again whether the caller may do this: after work that took its time, before what it leads to is kept.
   * @throws HaversackError `Unauthorized`, `Forbidden`
   */
  async requireStill(): Promise<void> {
    const { right, model } = this.#arrival;
    this.#recognise(await this.#identifyAgain());
    requireRight(this.caller, this.#rights, right, model);
  }

  /**
   * For a route that wants a right on any model, when the body has named the one. A prediction is counted for it.
   * @throws HaversackError `Unauthorized`, `Forbidden`, `TooManyRequests`, `QuotaSpent`
   */
  async requireOn(model: string, right: ModelRight): Promise<void> {
    requireRight(this.caller, this.#rights, right, model);
    // The other rights are asked for what a prediction reads besides: a data set of another model.
    if (right === 'predict' && this.#isPrediction) await this.#countModel(model);
  }

  /** It is over; one that `failed` is not counted for the day. What comes after the first call changes nothing. */
  end(failed: boolean): void {
    if (this.#failed !== null) return;
    this.#failed = failed;
    for (const admission of this.#admissions) admission.end(failed);
  }

  get #isPrediction(): boolean {
    const { method, right } = this.#arrival;
    return method === 'POST' && (right === 'predict' || right === 'any predict');
  }

  #recognise(identity: Identity): void {
    this.#caller = identity;
    this.#rights = rightsOf(grantsOf(identity, this.openReads));
  }

  /** By the key, not by the token: that was good when the request began. */
  async #identifyAgain(): Promise<Identity> {
    const { caller } = this;
    if (caller.kind === 'access-key' || caller.kind === 'token') {
      return identify(this.#gate, this.#arrival.authorization);
    }
    const device = caller.kind === 'device' ? await this.#gate.findDevice(caller.device.id) : null;
    return device ? { kind: 'device', device } : caller;
  }

  async #countCaller(): Promise<void> {
    const { address, right } = this.#arrival;
    const counted = callerLimitsOf(this.#gate.flow, {
      caller: this.caller,
      openReads: this.openReads,
      address,
      right,
    });
    if (counted) await this.#count(counted);
  }

  /** Once. */
  async #countModel(model: string): Promise<void> {
    if (this.#countedModel === model) return;
    this.#countedModel = model;
    const counted = await modelLimitsOf(this.#gate.flow, model);
    if (counted) await this.#count(counted);
  }

  async #count(one: Counted): Promise<void> {
    const isPrediction = this.#isPrediction;
    const admission = await this.#gate.flow.limits.admit(one, {
      isPrediction,
      isStream: this.#arrival.isStream,
    });
    this.#policies = [...this.#policies, ...admission.policies];
    if (admission.refusal) throw admission.refusal;
    // The connection may have broken while this was waited for.
    if (this.#failed !== null) admission.end(this.#failed);
    else this.#admissions.push(admission);
  }
}
