// X.509 name constraints (RFC 5280 §4.2.1.10): what an authority may vouch for, written in DER by hand because the
// certificate library does not write them. With them, whoever steals the authority's key gains the local network only.
import { isIPv4 } from 'node:net';

export const nameConstraintsId = '2.5.29.30';

const sequenceTag = 0x30;
const permittedTag = 0xa0;
const dnsTag = 0x82;
const ipTag = 0x87;

/** Address and prefix length: `10.0.0.0/8`, `fc00::/7`. */
export type Network = `${string}/${number}`;

/** NameConstraints ::= SEQUENCE { permittedSubtrees [0] SEQUENCE OF GeneralSubtree { base GeneralName } } */
export function permittedNames(
  names: readonly string[],
  networks: readonly Network[],
): Uint8Array<ArrayBuffer> {
  const subtrees = [
    ...names.map(name => der(dnsTag, new TextEncoder().encode(name))),
    ...networks.map(network => der(ipTag, addressAndMask(network))),
  ].map(base => der(sequenceTag, base));
  return der(sequenceTag, der(permittedTag, ...subtrees));
}

/** The bytes of an address, 4 or 16. */
export function addressBytes(address: string): number[] {
  if (isIPv4(address)) return address.split('.').map(Number);
  const [head = '', tail] = address.split('::');
  const groups = (text: string) => (text === '' ? [] : text.split(':'));
  const left = groups(head);
  const right = groups(tail ?? '');
  const zeros = Array<string>(8 - left.length - right.length).fill('0');
  return [...left, ...(tail === undefined ? [] : zeros), ...right].flatMap(group => {
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 0xff];
  });
}

export function contains(network: Network, address: string): boolean {
  const bytes = addressBytes(address);
  const pair = addressAndMask(network);
  return (
    pair.length === bytes.length * 2 &&
    bytes.every((byte, i) => (byte & pair[bytes.length + i]!) === (pair[i]! & pair[bytes.length + i]!))
  );
}

function addressAndMask(network: Network): number[] {
  const [address = '', prefix = ''] = network.split('/');
  const bytes = addressBytes(address);
  const mask = bytes.map((_, i) => {
    const bits = Math.min(8, Math.max(0, Number(prefix) - 8 * i));
    return (0xff << (8 - bits)) & 0xff;
  });
  return [...bytes, ...mask];
}

function der(tag: number, ...contents: ArrayLike<number>[]): Uint8Array<ArrayBuffer> {
  const body = contents.flatMap(content => Array.from(content));
  return Uint8Array.from([tag, ...derLength(body.length), ...body]);
}

function derLength(length: number): number[] {
  if (length < 0x80) return [length];
  return length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
}
