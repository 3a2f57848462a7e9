// Whose an address is: of IPv6, the network that one line gets, for whoever has it has 2⁶⁴ addresses (RFC 6177 §2).
import { isIPv6 } from 'node:net';

const networkGroups = 4;
const groups = 8;

/** `192.0.2.7`, `2001:db8:1:2::/64`. */
export function callerAddress(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '');
  if (!isIPv6(plain)) return plain;
  const [before = '', after] = plain.toLowerCase().split('::');
  const left = split(before);
  const right = split(after ?? '');
  const zeros = after === undefined ? 0 : groups - left.length - right.length;
  const all = [...left, ...Array<string>(zeros).fill('0'), ...right];
  return `${all.slice(0, networkGroups).join(':')}::/64`;
}

function split(part: string): string[] {
  return part === '' ? [] : part.split(':');
}
