// Whose requests are counted, and by which limits: the caller's own, and those of the model it asks. Between the gate, which
// knows the caller, and `Limits`, which counts.
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Limits as LimitNumbers } from '../../src/core/artifact/grant.ts';
import { callerAddress } from './caller-address.ts';
import type { CallerLimits } from './caller-limits.ts';
import type { Counted, Limits } from './limits.ts';
import { type Policy, rateLimitFields } from './rate-limit-fields.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Which limits held for it so far. */
    policies: readonly Policy[] | null;
    /** The model that it was counted for. */
    countedModel: string | null;
  }
  interface FastifyContextConfig {
    /** Goes on for as long as somebody listens. */
    isStream?: boolean;
  }
}

export interface FlowOptions extends CallerLimits {
  readonly limits: Limits;
  /** Of all callers of a model together; null for none. */
  readonly ofModel: (model: string) => Promise<LimitNumbers | null>;
}

/**
 * Counts a request for its caller; says so in the answer's fields.
 * @throws HaversackError `TooManyRequests`, `QuotaSpent`
 */
export async function admitCaller(
  flow: FlowOptions,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const caller = callerOf(flow, request);
  if (caller) await count(flow, caller, request, reply);
}

/**
 * The same for the model that it asks to predict, once.
 * @throws HaversackError `TooManyRequests`, `QuotaSpent`
 */
export async function admitModel(
  flow: FlowOptions,
  request: FastifyRequest,
  reply: FastifyReply,
  model: string,
): Promise<void> {
  if (request.countedModel === model) return;
  request.countedModel = model;
  const asked = await modelOf(flow, model);
  if (asked) await count(flow, asked, request, reply);
}

export function isPrediction({ method, routeOptions }: FastifyRequest): boolean {
  const { right } = routeOptions.config;
  return method === 'POST' && (right === 'predict' || right === 'any predict');
}

async function count(
  { limits }: FlowOptions,
  one: Counted,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const admission = await limits.admit(one, {
    isPrediction: isPrediction(request),
    isStream: request.routeOptions.config.isStream === true,
  });
  request.policies = [...(request.policies ?? []), ...admission.policies];
  if (request.policies.length > 0) reply.headers(rateLimitFields(request.policies));
  if (admission.refusal) throw admission.refusal;
  // Emitted also where the connection broke before the answer was out, or while it was waited for here.
  const isOver = () => admission.end(reply.statusCode >= 400 || !reply.raw.headersSent);
  if (reply.raw.closed) isOver();
  else reply.raw.once('close', isOver);
}

function callerOf(
  flow: FlowOptions,
  { caller, openReads, socket, routeOptions }: FastifyRequest,
): Counted | null {
  switch (caller.kind) {
    case 'admin-key':
      return null;
    case 'anonymous':
    case 'rejected':
    case 'unchecked':
      if (openReads) return null;
      return counted(`address:${callerAddress(socket.remoteAddress ?? '')}`, flow.anonymous);
    default:
  }
  // What everybody may have is no part of what a key was given for.
  if (routeOptions.config.right === 'public') return null;
  if (caller.kind === 'access-key') return counted(`access-key:${caller.key.id}`, caller.key.limits);
  const subject = caller.kind === 'device' ? `device:${caller.device.id}` : `token:${caller.person.subject}`;
  return counted(subject, flow.device);
}

async function modelOf({ ofModel }: FlowOptions, model: string): Promise<Counted | null> {
  return counted(`model:${model}`, await ofModel(model), 'model-');
}

function counted(subject: string, limits: LimitNumbers | null, prefix = ''): Counted | null {
  if (limits === null) return null;
  const { perMinute, atOnce, perDay } = limits;
  return perMinute === null && atOnce === null && perDay === null ? null : { subject, limits, prefix };
}
