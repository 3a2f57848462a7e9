// An OpenID Connect issuer on loopback: a discovery document and keys, over real HTTP, and tokens signed with them.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CryptoKey, exportJWK, generateKeyPair, SignJWT } from 'jose';
import { onTestFinished } from 'vitest';

export interface TestIssuer {
  readonly url: string;
  readonly audience: string;
  /** Paths that were asked for, in order. */
  readonly asked: string[];
  /** While it is not null, this is the answer to everything; 0 is a connection that is cut. */
  broken: number | null;
  /** In place of its own name in the discovery document. */
  claimedIssuer: string | null;
  /** Where its keys are. */
  keysPath: string;
  /** Signs with another key from now on, whose `kid` is the count. */
  turnKey(): Promise<void>;
  token(
    claims?: Readonly<Record<string, unknown>>,
    header?: { readonly alg?: string; readonly kid?: string },
  ): Promise<string>;
  /** Of the newest key. */
  readonly privateKey: CryptoKey;
}

export async function startIssuer(atEnd: (clean: () => void) => void = onTestFinished): Promise<TestIssuer> {
  const asked: string[] = [];
  let key = await newKey(1);
  const server = createServer((request, response) => {
    asked.push(request.url!);
    if (issuer.broken === 0) return void request.socket.destroy();
    const documents: Record<string, object> = {
      '/.well-known/openid-configuration': {
        issuer: issuer.claimedIssuer ?? issuer.url,
        jwks_uri: `${issuer.url}${issuer.keysPath}`,
      },
      [issuer.keysPath]: { keys: [key.jwk] },
    };
    const document = documents[request.url!];
    response.statusCode = issuer.broken ?? (document ? 200 : 404);
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(document ?? {}));
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  atEnd(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  let count = 1;
  const issuer: TestIssuer = {
    url,
    audience: 'haversack',
    asked,
    broken: null,
    claimedIssuer: null,
    keysPath: '/keys',
    get privateKey() {
      return key.privateKey;
    },
    turnKey: async () => {
      key = await newKey(++count);
    },
    token: (claims = {}, header = {}) => {
      const now = Math.floor(Date.now() / 1000);
      return new SignJWT({ iss: url, aud: 'haversack', sub: 'ada', iat: now, exp: now + 600, ...claims })
        .setProtectedHeader({ alg: 'ES256', kid: String(count), ...header })
        .sign(key.privateKey);
    },
  };
  return issuer;
}

async function newKey(count: number) {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  return {
    privateKey,
    jwk: { ...(await exportJWK(publicKey)), kid: String(count), alg: 'ES256', use: 'sig' },
  };
}
