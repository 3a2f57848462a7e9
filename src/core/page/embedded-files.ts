// Files that a page carries in scripts: of what lies beside it, a page that was opened as a file may load scripts and nothing
// else. Each is gzip (RFC 1952) in base64 (RFC 4648 §4), so that hosts which do not compress need not.
import type { Bytes } from '../artifact/digest.ts';
import { joinBytes } from '../join-bytes.ts';
import { unpack } from '../unpack.ts';

/** What such a script calls, with the file's name and content. */
const receiver = 'haversackFile';

/** `apply` takes so many arguments on every engine. */
const encodedAtOnce = 0x8000;

/** @returns a classic script, in ASCII */
export async function embeddedScript(name: string, bytes: Bytes): Promise<Bytes> {
  const packed = await gzipped(bytes);
  let binary = '';
  for (let at = 0; at < packed.length; at += encodedAtOnce) {
    binary += String.fromCharCode(...packed.subarray(at, at + encodedAtOnce));
  }
  return new TextEncoder().encode(`${receiver}(${JSON.stringify(name)},"${btoa(binary)}");\n`);
}

export interface EmbeddedFiles {
  /** Null where no script has brought it. Its content is let go of: nobody asks twice. @throws what `atob` says */
  take(name: string, maxBytes: number): Promise<Bytes | null>;
}

/** From now on scripts may bring their files. @param scope the page's global object */
export function receiveFiles(scope: object): EmbeddedFiles {
  const texts = new Map<string, string>();
  Object.assign(scope, { [receiver]: (name: string, text: string) => void texts.set(name, text) });
  return {
    async take(name, maxBytes) {
      const text = texts.get(name);
      texts.delete(name);
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
