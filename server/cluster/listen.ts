// A server behind front processes: they take the connections, and it what they pass on, on a socket that nobody else opens.
import type { Server } from '../app.ts';
import { closeGently } from '../close-gently.ts';
import type { Listening, ListenOptions } from '../listening.ts';
import { notListening } from '../start-failed.ts';
import { Fronts, type FrontsOptions, innerSocket } from './fronts.ts';
import type { FrontSettings } from './tells.ts';

export interface FrontsListenOptions
  extends ListenOptions, Pick<FrontsOptions, 'program' | 'count'>, Pick<FrontSettings, 'tls' | 'logLevel'> {}

/**
 * @param server opened with `behindFronts`
 * @throws StartFailed
 */
export async function listenThroughFronts(server: Server, options: FrontsListenOptions): Promise<Listening> {
  const { program, count, port, host, tls, logLevel, cutMs } = options;
  const { families, logger, slowMs } = server.telemetry;
  const inner = innerSocket();
  try {
    await server.app.listen({ path: inner.path });
    const fronts = await Fronts.start({
      program,
      count,
      settings: { host, port, tls, logLevel, slowMs, inner: inner.path },
      answering: server.answering,
      families,
      log: logger,
    });
    return {
      port: fronts.port,
      renew: certificate => fronts.renew(certificate),
      close: async () => {
        await fronts.drain(cutMs);
        await closeGently(server.app, () => server.close());
        inner.remove();
      },
    };
  } catch (error) {
    inner.remove();
    throw notListening(error, port, host);
  }
}
