// A script that lies beside the page.
import type { Digest } from '../../core/artifact/digest.ts';
import { freshAddress } from '../../core/page/embedded-names.ts';

/** Says which file is not there, is not whole, or is another page's. */
export class ScriptMissing extends Error {
  override readonly name = 'ScriptMissing';
  readonly file: string;

  constructor(file: string) {
    super(`${file} is missing`);
    this.file = file;
  }
}

/** @param digest as `freshAddress` takes it @throws ScriptMissing */
export function loadScript(file: string, digest: Digest): Promise<void> {
  return new Promise((resolve, reject) => {
    const script = document.createElement('script');
    script.src = freshAddress(file, digest);
    script.onload = () => resolve();
    script.onerror = () => reject(new ScriptMissing(file));
    document.head.append(script);
  });
}
