// A script that lies beside the page.

/** Says which file is not there, or is not whole. */
export class ScriptMissing extends Error {
  override readonly name = 'ScriptMissing';
  readonly file: string;

  constructor(file: string) {
    super(`${file} is missing`);
    this.file = file;
  }
}

/** @throws ScriptMissing */
export function loadScript(file: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const script = document.createElement('script');
    script.src = file;
    script.onload = () => resolve();
    script.onerror = () => reject(new ScriptMissing(file));
    document.head.append(script);
  });
}
