// Which addresses no upstream may be at: link-local ones, where clouds hand the machine's own credentials to whoever asks
// (169.254.169.254, fd00:ec2::254). Looked at when a connection is made, so that a name that points there later is refused too.
import { lookup, type LookupAddress } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { HaversackError } from '../../src/core/errors.ts';

const refused = new BlockList();
// RFC 3927 §2.1; IPv4-mapped IPv6 addresses are matched by the IPv4 rules.
refused.addSubnet('169.254.0.0', 16, 'ipv4');
// RFC 4291 §2.5.6.
refused.addSubnet('fe80::', 10, 'ipv6');
refused.addAddress('fd00:ec2::254', 'ipv6');

export function isRefusedAddress(address: string): boolean {
  const family = isIP(address);
  return family !== 0 && refused.check(address, family === 4 ? 'ipv4' : 'ipv6');
}

/** @throws HaversackError `BadRequest` where the URL names such an address itself */
export function assertAllowedHost(url: string): void {
  const { hostname } = new URL(url);
  if (isRefusedAddress(hostname.replace(/^\[|\]$/g, ''))) {
    throw new HaversackError('BadRequest', `url: ${hostname} is link-local, where no upstream may be`);
  }
}

/** As `dns.lookup`, and fails where the name stands for such an address. */
export const lookupAllowed: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) {
      callback(error, []);
      return;
    }
    const bad = addresses.find(({ address }) => isRefusedAddress(address));
    if (bad) callback(new Error(`${hostname} is at ${bad.address}: link-local`), []);
    else answer(addresses, options.all === true, callback);
  });
};

function answer(addresses: LookupAddress[], all: boolean, callback: Parameters<LookupFunction>[2]): void {
  if (all) callback(null, addresses);
  else callback(null, addresses[0]!.address, addresses[0]!.family);
}
