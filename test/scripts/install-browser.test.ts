import { afterEach, describe, expect, it, vi } from 'vitest';
import { findChromium } from '../../scripts/chromium.mjs';
import { findFirefox } from '../../scripts/find-firefox.mjs';

afterEach(() => void vi.unstubAllEnvs());

describe.each([
  ['HAVERSACK_CHROMIUM', findChromium],
  ['HAVERSACK_FIREFOX', findFirefox],
])('what %s names', (variable, find) => {
  it('is the browser, where it is there', () => {
    vi.stubEnv(variable, process.execPath);
    expect(find()).toBe(process.execPath);
  });

  it('is refused by its name where it is not, and no other browser taken', () => {
    vi.stubEnv(variable, '/nowhere/browser');
    expect(find).toThrow(`${variable} names /nowhere/browser, and there is no such file.`);
  });

  it('may be nothing: then the usual ones are looked for', () => {
    vi.stubEnv(variable, '');
    expect(find).not.toThrow();
  });
});
