// The six characters by which people check that the device they approve is the one in front of them.
import { base32Alphabet } from './base32.ts';

/** The first 30 bits of the key's id. Tells devices apart for people; what is trusted is the whole key. */
export function deviceCode(keyId: string): string {
  const bits = Number.parseInt(keyId.slice(0, 8), 16);
  let code = '';
  for (let i = 0; i < 6; i += 1) code += base32Alphabet.charAt(Math.floor(bits / 2 ** (27 - 5 * i)) % 32);
  return code;
}
