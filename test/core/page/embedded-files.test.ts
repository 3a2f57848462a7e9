import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { sha256 } from '../../../src/core/artifact/digest.ts';
import { embeddedScript, receiveFiles } from '../../../src/core/page/embedded-files.ts';

const content = Uint8Array.from({ length: 100_000 }, (_, i) => (i * i) % 251);
const digest = await sha256(content);
const other = await sha256(Uint8Array.of(1));

/** As a page runs it: by what the script finds in its global object. */
async function received(scripts: readonly Uint8Array[]) {
  const scope = {};
  const files = receiveFiles(scope);
  for (const script of scripts) runInNewContext(new TextDecoder().decode(script), scope);
  return files;
}

describe('files in scripts', () => {
  it('arrive as they were, each once', async () => {
    const files = await received([await embeddedScript(digest, content)]);
    expect(await files.take(digest, content.length)).toEqual(content);
    expect(await files.take(digest, content.length)).toBeNull();
  });

  it('are encoded in parts that follow each other', async () => {
    // Random, that it does not become one part.
    const large = crypto.getRandomValues(new Uint8Array(60_001));
    const of = await sha256(large);
    const files = await received([await embeddedScript(of, large)]);
    expect(await files.take(of, large.length)).toEqual(large);
  });

  it("are nobody's who asks for another", async () => {
    const files = await received([await embeddedScript(digest, content)]);
    expect(await files.take(other, content.length)).toBeNull();
  });

  it('are not there before their script was', async () => {
    expect(await (await received([])).take(digest, 1)).toBeNull();
  });

  it('end where they unpack to more than they may', async () => {
    const files = await received([await embeddedScript(digest, content)]);
    expect(await files.take(digest, content.length - 1)).toBeNull();
  });
});
