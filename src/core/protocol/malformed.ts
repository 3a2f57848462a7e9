// A message that breaks the protocol, before it is known whose fault that is: a client's (400) or a server's.

export class Malformed extends Error {
  override readonly name = 'Malformed';
}
