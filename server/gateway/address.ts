// Where a request comes from: of its connection, or, behind front processes of this very server, as the one that took it says.
import type { AddressOf } from './gate.ts';

/** What a front says it with. Fronts let no such header in from outside. */
export const addressHeader = 'haversack-from';

export const connectionAddress: AddressOf = ({ socket }) => socket.remoteAddress;

/**
 * Believed only on a connection that has no address itself: the Unix socket, in a folder that only this user enters. Over a
 * network the header is worth nothing.
 */
export const addressFromFront: AddressOf = ({ socket, headers }) => {
  if (socket.remoteAddress !== undefined) return socket.remoteAddress;
  const said = headers[addressHeader];
  return typeof said === 'string' && said !== '' ? said : undefined;
};
