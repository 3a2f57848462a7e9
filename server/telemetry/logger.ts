// The server's log: JSON lines (pino) on stdout, without keys, tokens, inputs and outputs, whoever writes to it.
import { type DestinationStream, type Logger, pino, stdSerializers } from 'pino';
import { defaultLogLevel, type LogLevel } from './log-level.ts';

export interface LoggerOptions {
  readonly level?: LogLevel;
  /** Where lines go; stdout if absent. */
  readonly destination?: DestinationStream;
}

export function createLogger({ level = defaultLogLevel, destination }: LoggerOptions = {}): Logger {
  return pino(
    {
      level,
      // Of requests and answers, only what cannot hold what people sent.
      serializers: { err: stdSerializers.err, req: requestFacts, res: answerFacts },
      // The last thing that happens to a line: a secret that got into a message, an address or an error's text goes here.
      hooks: { streamWrite: withoutSecrets },
      formatters: { level: label => ({ level: label }) },
      timestamp: pino.stdTimeFunctions.isoTime,
    },
    ...(destination ? [destination] : []),
  );
}

/**
 * The admin's key and access keys, tokens (JWT, pieces of one too), and whatever follows `Bearer`. What has begun to match
 * matches: a line of beginnings alone takes no longer than any other.
 */
const secrets = /\bhv[a-z]_[\w-]{16,}|\beyJ[\w-]{8,}(?:\.[\w-]*){0,2}|(?<=\bbearer )[^\s"\\]+/gi;

/** The same line with what looks like a key or a token struck out; still JSON. */
export function withoutSecrets(line: string): string {
  return line.replace(secrets, '[redacted]');
}

/** Without the query, where people put what they should not. */
export function pathOf(url: string): string {
  const end = url.indexOf('?');
  return end === -1 ? url : url.slice(0, end);
}

function requestFacts(request: unknown): object {
  const { method, url } = request as { method?: string; url?: string };
  return { method, path: pathOf(url ?? '') };
}

function answerFacts(reply: unknown): object {
  const { statusCode } = reply as { statusCode?: number };
  return { statusCode };
}
