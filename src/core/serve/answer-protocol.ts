// The whole protocol as one function, for hosts without a router: the offline twin.
import { HaversackError } from '../errors.ts';
import { problemOf } from '../problem.ts';
import { withPlainBody } from './plain-body.ts';
import { type PathParameters, type ProtocolRoute, protocolRoutes } from './routes.ts';
import type { ProtocolAnswer, ProtocolAsk, ProtocolBackend } from './service.ts';

const encoder = new TextEncoder();
const empty = new Uint8Array();

/** Never rejects: what is thrown becomes a problem (RFC 9457). What is not ours is `Internal`, and told to `unexpected`. */
export async function answerProtocol(
  ask: ProtocolAsk,
  backend: ProtocolBackend,
  unexpected: (error: unknown) => void = error => {
    console.error(error);
  },
): Promise<ProtocolAnswer> {
  try {
    const answered = await answer(ask, backend);
    return ask.method === 'HEAD' ? { ...answered, body: empty } : answered;
  } catch (error) {
    if (!(error instanceof HaversackError)) unexpected(error);
    const known =
      error instanceof HaversackError
        ? error
        : new HaversackError('Internal', 'of the host; its log says more');
    const { status, headers, body } = problemOf(known);
    return { status, headers, body: encoder.encode(body) };
  }
}

/**
 * One route's answer: for hosts whose own router found it.
 * @throws HaversackError
 */
export async function answerRoute<Backend>(
  route: ProtocolRoute<Backend>,
  ask: ProtocolAsk,
  parameters: PathParameters,
  backend: Backend,
): Promise<ProtocolAnswer> {
  return route.answer(route.method === 'POST' ? await withPlainBody(ask) : ask, parameters, backend);
}

function answer(ask: ProtocolAsk, backend: ProtocolBackend): Promise<ProtocolAnswer> {
  const method = ask.method === 'HEAD' ? 'GET' : ask.method;
  for (const { route, match } of matchers) {
    if (route.method !== method) continue;
    const parameters = match(ask.path);
    if (parameters) return answerRoute(route, ask, parameters, backend);
  }
  throw new HaversackError('NotFound', `${ask.method} ${ask.path.slice(0, 200)}`);
}

interface Matcher {
  readonly route: ProtocolRoute;
  readonly match: (path: string) => PathParameters | null;
}

const matchers: readonly Matcher[] = protocolRoutes.map(route => ({ route, match: matcherOf(route.path) }));

/** `/v2/models/:model` as a pattern with a group for each parameter. */
function matcherOf(path: string): Matcher['match'] {
  const pattern = new RegExp(`^${path.replaceAll(/\/:([a-z]+)/g, '/(?<$1>[^/:]+)')}$`);
  return actual => {
    const matched = pattern.exec(actual);
    return matched && decoded(matched.groups ?? {});
  };
}

/** Null where a part is no text in percent-encoding. */
function decoded(groups: Readonly<Record<string, string>>): PathParameters | null {
  try {
    return Object.fromEntries(Object.entries(groups).map(([name, text]) => [name, decodeURIComponent(text)]));
  } catch {
    return null;
  }
}
