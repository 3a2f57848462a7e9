// Reads an answer's body with a limit on its size: nothing past the limit is kept, or waited for.
import type { Bytes } from '../core/artifact/digest.ts';
import { HaversackError } from '../core/errors.ts';
import { joinBytes } from '../core/join-bytes.ts';

type Reader = ReadableStreamDefaultReader<Bytes>;

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

/**
 * Calls `use` for each part as it arrives, and takes no more before it is done; when it throws, the rest is not read and the
 * connection is given back.
 */
export async function eachPart(
  response: Response,
  use: (part: Bytes) => void | Promise<void>,
): Promise<void> {
  const reader: Reader | undefined = response.body?.getReader();
  if (!reader) return;
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) await use(next.value);
  } catch (thrown) {
    // The connection may be gone already; what matters is why it ended.
    await reader.cancel().catch(() => undefined);
    throw thrown;
  }
}
