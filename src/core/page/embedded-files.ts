// Files that a page carries in scripts: of what lies beside it, a page that was opened as a file may load scripts and nothing
// else. Each is gzip (RFC 1952) in base64 (RFC 4648 §4), so that hosts which do not compress need not.
import type { Bytes, Digest } from '../artifact/digest.ts';
import { joinBytes } from '../join-bytes.ts';
import { unpack } from '../unpack.ts';

/** What such a script calls, with the file's digest and content: of two pages in one place, neither gets the other's. */
const receiver = 'haversackFile';

/** `apply` takes so many arguments on every engine. Whole groups of three, so that parts follow each other (RFC 4648 §4). */
const encodedAtOnce = 0x6000;
/** Of so many such parts at a time, a page stays awake while megabytes are encoded: some milliseconds. */
const partsAtOnce = 32;

/** @param digest of the bytes @returns a classic script, in ASCII */
export async function embeddedScript(digest: Digest, bytes: Bytes): Promise<Bytes> {
  const ascii = (text: string) => new TextEncoder().encode(text);
  const packed = await gzipped(bytes);
  const parts = [ascii(`${receiver}("${digest}","`)];
  for (let at = 0; at < packed.length; at += encodedAtOnce) {
    parts.push(ascii(btoa(String.fromCharCode(...packed.subarray(at, at + encodedAtOnce)))));
    if (parts.length % partsAtOnce === 0) await new Promise<void>(resume => void setTimeout(resume));
  }
  return joinBytes([...parts, ascii('");\n')]);
}

export interface EmbeddedFiles {
  /** Null where no script has brought it. Its content is let go of: nobody asks twice. @throws what `atob` says */
  take(digest: Digest, maxBytes: number): Promise<Bytes | null>;
}

/** From now on scripts may bring their files. @param scope the page's global object */
export function receiveFiles(scope: object): EmbeddedFiles {
  const texts = new Map<string, string>();
  Object.assign(scope, { [receiver]: (digest: Digest, text: string) => void texts.set(digest, text) });
  return {
    async take(digest, maxBytes) {
      const text = texts.get(digest);
      texts.delete(digest);
      if (text === undefined) return null;
      const packed = Uint8Array.from(atob(text), char => char.charCodeAt(0));
      return unpack(packed, 'gzip', maxBytes);
    },
  };
}

/** By the platform, beside what else runs: this packs megabytes in a page that somebody looks at. */
async function gzipped(bytes: Bytes): Promise<Bytes> {
  const reader = new Blob([bytes]).stream().pipeThrough(new CompressionStream('gzip')).getReader();
  const parts: Bytes[] = [];
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return joinBytes(parts);
    parts.push(value);
  }
}
