// Who answers: the whole choice between server and device, without a browser to make it in. `docs/offline-api.md` says why.
import { isPolicy, type Policy } from '../../core/protocol/twin-messages.ts';

/**
 * What holds for one request. The owner's `local-only` is a promise that nothing leaves this browser: no caller takes it back.
 * What a header says that is no policy is not obeyed in silence: it counts as not said.
 */
export function policyFor(device: Policy, header: string | null): Policy {
  if (device === 'local-only') return device;
  return isPolicy(header) ? header : device;
}

/** What is known of a server's answer before its body is read. */
export interface ServerAnswer {
  readonly status: number;
  readonly contentType: string | null;
}

/** Statuses of a server, or of a proxy before it, that cannot answer now. */
const cannotNow: readonly number[] = [502, 503, 504];
/** Of a host of files, which knows no such path or no such method. */
const notSpoken: readonly number[] = [404, 405, 501];

/**
 * Whether the device is asked in the server's place. Never where the server said who may and who may not (401, 403), what was
 * wrong (400), or what there is (404 in the protocol's own words): those are answers.
 */
export function asksDevice({ status, contentType }: ServerAnswer): 'yes' | 'no' | 'if-offered' {
  if (cannotNow.includes(status)) return 'yes';
  // A limit that was set for this caller holds, unless the server itself offers that it computes elsewhere.
  if (status === 429) return 'if-offered';
  return notSpoken.includes(status) && !isProtocols(contentType) ? 'yes' : 'no';
}

function isProtocols(contentType: string | null): boolean {
  return /^application\/(?:[\w.-]+\+)?json\b|^application\/octet-stream\b/i.test(contentType ?? '');
}

/**
 * Whether a device's answer is one, where the server is there to be asked as well: not where the model is not here, and not
 * where it could not be run.
 */
export function isAnswer(status: number): boolean {
  return status !== 404 && status < 499;
}

/** Whether two may be asked at a time: all but what changes something. */
export function changesNothing(method: string, path: string): boolean {
  return method === 'GET' || method === 'HEAD' || !/\/(?:un)?load$/.test(path);
}

/** Paths that are the protocol's: of those a service worker answers all. */
export function isTwinPath(pathname: string): boolean {
  return (
    pathname === '/v2' ||
    pathname.startsWith('/v2/') ||
    pathname === '/predict' ||
    /^\/v1\/models(?:$|[/:])/.test(pathname)
  );
}
