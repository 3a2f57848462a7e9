// The origins whose pages may embed the offline twin's frame: as an operator writes them down.

/**
 * Separated by commas or blanks.
 * @throws RangeError naming what is no origin: with a path, with a wildcard, of another scheme
 */
export function parseOrigins(text: string): string[] {
  const origins = text.split(/[\s,]+/).filter(each => each !== '');
  const wrong = origins.find(each => !isOrigin(each));
  if (wrong !== undefined) throw new RangeError(`${wrong} is no origin; one looks like https://app.example`);
  return origins;
}

function isOrigin(text: string): boolean {
  try {
    const { protocol, origin } = new URL(text);
    return /^https?:$/.test(protocol) && origin === text && !text.includes('*');
  } catch {
    return false;
  }
}
