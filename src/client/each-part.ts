// An answer's body part by part, as it arrives.
import type { Bytes } from '../core/artifact/digest.ts';

type Reader = ReadableStreamDefaultReader<Bytes>;

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
