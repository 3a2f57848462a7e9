// What a body came in: its media type is looked at, its coding taken off.
import { HaversackError } from '../errors.ts';
import { binaryMediaType, jsonMediaType, maxTensorBytes } from '../protocol/messages.ts';
import { unpack } from '../unpack.ts';
import type { ProtocolAsk } from './service.ts';

/** One tensor at its largest as bytes, and what is about it. As JSON, which takes five bytes a number, a smaller one. */
export const maxBodyBytes = maxTensorBytes + 2 ** 20;

const codings: Readonly<Record<string, 'gzip' | 'deflate'>> = {
  gzip: 'gzip',
  'x-gzip': 'gzip',
  deflate: 'deflate',
};

/**
 * The same request, its body without a coding. Clients of the protocol often name no media type: that is taken.
 * @throws HaversackError `UnsupportedMediaType`, `TooLarge`, `BadRequest`
 */
export async function withPlainBody(
  ask: ProtocolAsk,
  mediaTypes = [jsonMediaType, binaryMediaType],
): Promise<ProtocolAsk> {
  if (ask.body.length > maxBodyBytes) throw tooLarge();
  assertMediaType(ask.header('content-type'), mediaTypes);
  const coding = ask.header('content-encoding')?.trim().toLowerCase() ?? 'identity';
  if (coding === 'identity' || coding === '') return ask;
  const format = codings[coding];
  if (!format) {
    throw new HaversackError(
      'UnsupportedMediaType',
      `Content-Encoding is ${coding.slice(0, 40)}; send the body with gzip, with deflate or without`,
    );
  }
  const body = await unpack(ask.body, format, maxBodyBytes).catch((cause: unknown) => {
    throw new HaversackError('BadRequest', `the body is no whole ${format}`, { cause });
  });
  if (!body) throw tooLarge();
  return { ...ask, body };
}

function assertMediaType(value: string | null, mediaTypes: readonly string[]): void {
  if (value === null) return;
  const mediaType = value.split(';', 1)[0]!.trim().toLowerCase();
  if (mediaType === '' || mediaTypes.includes(mediaType)) return;
  throw new HaversackError(
    'UnsupportedMediaType',
    `Content-Type is ${mediaType.slice(0, 80)}; send ${mediaTypes.join(' or ')}`,
  );
}

function tooLarge(): HaversackError {
  return new HaversackError('TooLarge', `a body may have ${maxBodyBytes} bytes, unpacked too`);
}
