import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { embeddedScript, receiveFiles } from '../../../src/core/page/embedded-files.ts';

const content = Uint8Array.from({ length: 100_000 }, (_, i) => (i * i) % 251);

/** As a page runs it: by what the script finds in its global object. */
async function received(scripts: readonly Uint8Array[]) {
  const scope = {};
  const files = receiveFiles(scope);
  for (const script of scripts) runInNewContext(new TextDecoder().decode(script), scope);
  return files;
}

describe('files in scripts', () => {
  it('arrive as they were, each once', async () => {
    const files = await received([await embeddedScript('model', content)]);
    expect(await files.take('model', content.length)).toEqual(content);
    expect(await files.take('model', content.length)).toBeNull();
  });

  it('are ASCII, whatever their name', async () => {
    const script = await embeddedScript('"\u2028</script>', Uint8Array.of(1));
    const files = await received([script]);
    expect(await files.take('"\u2028</script>', 1)).toEqual(Uint8Array.of(1));
  });

  it('are not there before their script was', async () => {
    expect(await (await received([])).take('model', 1)).toBeNull();
  });

  it('end where they unpack to more than they may', async () => {
    const files = await received([await embeddedScript('model', content)]);
    expect(await files.take('model', content.length - 1)).toBeNull();
  });
});
