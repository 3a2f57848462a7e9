// Reads an answer's body with a limit on its size: nothing past the limit is kept, or waited for.
import type { Bytes } from '../core/artifact/digest.ts';
import { HaversackError } from '../core/errors.ts';
import { joinBytes } from '../core/join-bytes.ts';
import { eachPart } from './each-part.ts';

/**
 * Exactly `bytes` bytes. Stops at the first byte too many.
 * @throws HaversackError `ChunkInvalid` for more or fewer
 */
export async function readExactly(
  response: Response,
  bytes: number,
  name: string,
  onBytes: () => void,
): Promise<Bytes> {
  const wrong = (got: string) =>
    new HaversackError('ChunkInvalid', `${name} has ${got} bytes, wanted ${bytes}`);
  const body = new Uint8Array(bytes);
  let filled = 0;
  await eachPart(response, part => {
    onBytes();
    if (filled + part.length > bytes) throw wrong(`more than ${bytes}`);
    body.set(part, filled);
    filled += part.length;
  });
  if (filled !== bytes) throw wrong(`${filled}`);
  return body;
}

/** @throws HaversackError `TooLarge` past `maxBytes` */
export async function readAtMost(response: Response, maxBytes: number, onBytes: () => void): Promise<Bytes> {
  const parts: Bytes[] = [];
  let filled = 0;
  await eachPart(response, part => {
    onBytes();
    filled += part.length;
    if (filled > maxBytes) {
      throw new HaversackError('TooLarge', `the answer has more than ${maxBytes} bytes (the limit)`);
    }
    parts.push(part);
  });
  return joinBytes(parts);
}
