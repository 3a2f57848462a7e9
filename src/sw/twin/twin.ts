// The offline twin: the protocol's paths, answered by the server or by this device as the policy says.
import { HaversackError } from '../../core/errors.ts';
import { problemOf } from '../../core/problem.ts';
import { parseTimeout, timeoutHeader } from '../../core/protocol/timeout-header.ts';
import { offloadMember } from '../../core/protocol/offload.ts';
import { type Policy, policyHeader, type TwinAnswer } from '../../core/protocol/twin-messages.ts';
import { asksDevice, changesNothing, isAnswer, policyFor } from './choose.ts';
import { compute } from './compute.ts';
import { Hosts, NoHost, type Windows } from './hosts.ts';

/** As on the server, where the caller does not say. */
const defaultTimeoutMs = 30_000;
/** Getting a version onto the device first takes as long as its bytes do. */
const loadTimeoutMs = 10 * 60_000;
/** A server that has said nothing by then is on a line that hardly is one: the device is asked beside it. */
const patienceMs = 10_000;

export interface TwinOptions {
  readonly windows: Windows;
  readonly policy: () => Promise<Policy>;
  readonly fetch: typeof fetch;
  readonly patienceMs?: number;
}

/** One request, its body read: it may be asked twice. */
interface Asked {
  readonly request: Request;
  readonly path: string;
  readonly body: ArrayBuffer;
  readonly caller: string;
  readonly from: string;
  readonly signal: AbortSignal;
  readonly endsAt: number;
}

/** What one side said: an answer, or why there is none. */
type Said = { readonly response: Response } | { readonly failure: HaversackError };

export class Twin {
  readonly hosts: Hosts;
  readonly #options: TwinOptions;

  constructor(options: TwinOptions) {
    this.#options = options;
    this.hosts = new Hosts(options.windows);
  }

  /** Never rejects but for whoever called the request off. */
  async answer(request: Request, caller: string, from: string): Promise<Response> {
    const [device, body] = await Promise.all([this.#options.policy(), request.arrayBuffer()]);
    const policy = policyFor(device, request.headers.get(policyHeader));
    const { pathname, search } = new URL(request.url);
    const ms = timeoutOf(request, pathname);
    const controller = follower(request.signal);
    const expire = () => controller.abort(new HaversackError('DeadlineExceeded', `allowed were ${ms} ms`));
    const timer = setTimeout(expire, ms);
    const { signal } = controller;
    const path = pathname + search;
    const asked: Asked = { request, path, body, caller, from, signal, endsAt: performance.now() + ms };
    try {
      return await this.#byPolicy(policy, asked);
    } catch (thrown) {
      // Called off: nobody reads it.
      if (request.signal.aborted) throw thrown;
      return problem(
        thrown instanceof HaversackError ? thrown : new HaversackError('Internal', String(thrown)),
      );
    } finally {
      clearTimeout(timer);
    }
  }

  #byPolicy(policy: Policy, asked: Asked): Promise<Response> {
    switch (policy) {
      case 'local-only':
        return this.#device(asked, asked.signal).then(settled);
      case 'local-first':
        return this.#deviceFirst(asked);
      case 'remote-first':
        return this.#serverFirst(asked);
    }
  }

  async #deviceFirst(asked: Asked): Promise<Response> {
    const device = await this.#device(asked, asked.signal);
    if ('response' in device && isAnswer(device.response.status)) return device.response;
    const server = await this.#server(asked, asked.signal);
    return 'response' in server ? server.response : settled(await withReason(device, server.failure));
  }

  async #serverFirst(asked: Asked): Promise<Response> {
    const [forServer, forDevice] = [follower(asked.signal), follower(asked.signal)];
    const server = this.#server(asked, forServer.signal);
    const early = await this.#patiently(server, asked);
    if (early && 'response' in early && !(await isForDevice(early.response))) return early.response;
    const device = this.#device(asked, forDevice.signal);
    const first = await firstOf([
      ...(early ? [] : [answerOfServer(server).then(response => ({ response, other: forDevice }))]),
      answerOfDevice(device).then(response => ({ response, other: forServer })),
    ]);
    if (first) {
      first.other.abort();
      return first.response;
    }
    const [serverSaid, deviceSaid] = await Promise.all([server, device]);
    if ('response' in serverSaid) return serverSaid.response;
    return settled(await withReason(deviceSaid, serverSaid.failure));
  }

  /** Null where the server has said nothing for so long, and the device may be asked beside it. */
  #patiently(server: Promise<Said>, { request, path }: Asked): Promise<Said | null> {
    if (!changesNothing(request.method, path)) return server;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const impatient = new Promise<null>(resolve => {
      timer = setTimeout(() => resolve(null), this.#options.patienceMs ?? patienceMs);
    });
    return Promise.race([server, impatient]).finally(() => clearTimeout(timer));
  }

  /** Rejects with the reason where the whole request is called off. */
  async #server({ request, body, signal: whole }: Asked, signal: AbortSignal): Promise<Said> {
    const hasBody = request.method !== 'GET' && request.method !== 'HEAD';
    try {
      const response = await this.#options.fetch(
        new Request(request.url, {
          method: request.method,
          headers: request.headers,
          ...(hasBody ? { body } : {}),
          credentials: request.credentials,
          cache: request.cache,
          redirect: request.redirect,
          signal,
        }),
      );
      return { response };
    } catch (thrown) {
      if (whole.aborted) throw whole.reason;
      return {
        failure: new HaversackError('Offline', thrown instanceof Error ? thrown.message : String(thrown)),
      };
    }
  }

  async #device(asked: Asked, signal: AbortSignal): Promise<Said> {
    const { request, path, body, caller, from, endsAt } = asked;
    const headers = Object.fromEntries(request.headers);
    const ask = () => ({
      method: request.method,
      path,
      headers,
      body,
      from,
      leftMs: Math.max(1, endsAt - performance.now()),
    });
    try {
      return { response: responseOf(await compute(this.hosts, { ask, caller, signal }), request.method) };
    } catch (thrown) {
      if (thrown instanceof NoHost) return { failure: new HaversackError('NothingComputes', thrown.message) };
      throw thrown;
    }
  }
}

function timeoutOf({ headers }: Request, pathname: string): number {
  const most = pathname.endsWith('/load') ? loadTimeoutMs : defaultTimeoutMs;
  return Math.min(parseTimeout(headers.get(timeoutHeader)) ?? most, loadTimeoutMs);
}

function responseOf({ status, headers, body }: TwinAnswer, method: string): Response {
  return new Response(method === 'HEAD' ? null : body, {
    status,
    headers: { ...headers, 'Cache-Control': 'no-store' },
  });
}

function problem(error: HaversackError): Response {
  const { status, headers, body } = problemOf(error);
  return new Response(body, { status, headers });
}

function settled(said: Said): Response {
  return 'response' in said ? said.response : problem(said.failure);
}

async function isForDevice(response: Response): Promise<boolean> {
  const contentType = response.headers.get('content-type');
  const asks = asksDevice({ status: response.status, contentType });
  return asks === 'if-offered' ? isOffered(response.clone()) : asks === 'yes';
}

async function isOffered(response: Response): Promise<boolean> {
  const body: unknown = await response.json().catch(() => null);
  return typeof body === 'object' && body !== null && offloadMember in body;
}

/** Rejects where the server said nothing, or that it cannot now. */
async function answerOfServer(server: Promise<Said>): Promise<Response> {
  const said = await server;
  if ('failure' in said) throw said.failure;
  if (await isForDevice(said.response)) throw new HaversackError('Unavailable', 'the server cannot now');
  return said.response;
}

async function answerOfDevice(device: Promise<Said>): Promise<Response> {
  const said = await device;
  if ('failure' in said) throw said.failure;
  if (!isAnswer(said.response.status)) throw new HaversackError('Unavailable', 'the device cannot');
  return said.response;
}

/** Null where neither answers. */
function firstOf<T>(answers: readonly Promise<T>[]): Promise<T | null> {
  return Promise.any(answers).catch(() => null);
}

/** Aborted with another, or alone. */
function follower(outer: AbortSignal): AbortController {
  const controller = new AbortController();
  outer.addEventListener('abort', () => controller.abort(outer.reason), { once: true });
  if (outer.aborted) controller.abort(outer.reason);
  return controller;
}

/**
 * Where neither could: a model that is not here is no reason to say that there is none, for the server may have it. What else
 * the device said stands.
 */
async function withReason(device: Said, server: HaversackError): Promise<Said> {
  if ('failure' in device) {
    const { code, detail } = device.failure;
    return { failure: new HaversackError(code, `${detail}; the server: ${server.detail}`) };
  }
  if (device.response.status !== 404) return device;
  const said: unknown = await device.response
    .clone()
    .json()
    .catch(() => null);
  const detail = typeof said === 'object' && said !== null && 'detail' in said ? String(said.detail) : '';
  return { failure: new HaversackError('Offline', `${server.detail}; on this device: ${detail}`) };
}
