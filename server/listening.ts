// Where a server takes its connections: in this process, or (`cluster/listen.ts`) in front processes of it.
import { Server as TlsServer } from 'node:tls';
import type { Server } from './app.ts';
import { closeGently } from './close-gently.ts';
import { notListening } from './start-failed.ts';

export interface ListenOptions {
  readonly port: number;
  readonly host: string;
  /** How long what is under way has when the server closes; what is open after that is cut off. */
  readonly cutMs: number;
}

export interface Listening {
  /** The one that was given, or, where that was 0, that the system gave. */
  readonly port: number;
  /** From the next connection on. */
  renew(certificate: { readonly cert: string; readonly key: string }): void;
  /** Takes nothing new, ends what is under way, closes the server. */
  close(): Promise<void>;
}

/** @throws StartFailed */
export async function listenHere(server: Server, { port, host, cutMs }: ListenOptions): Promise<Listening> {
  const { app } = server;
  try {
    await app.listen({ port, host });
  } catch (error) {
    throw notListening(error, port, host);
  }
  return {
    port: (app.server.address() as { port: number }).port,
    renew: certificate => {
      if (app.server instanceof TlsServer) app.server.setSecureContext(certificate);
    },
    close: async () => {
      const cut = setTimeout(() => app.server.closeAllConnections(), cutMs);
      await closeGently(app, () => server.close());
      clearTimeout(cut);
    },
  };
}
