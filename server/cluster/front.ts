// A front process: takes connections, reads requests, writes answers; what is decided and computed is the primary's. Started by it
// alone (`front-process.ts`), over a link that it inherits; keeps nothing, and ends with it.
import { Socket } from 'node:net';
import { Server as TlsServer } from 'node:tls';
import type { FastifyInstance } from 'fastify';
import { closeGently } from '../close-gently.ts';
import { createLogger } from '../telemetry/logger.ts';
import { createFamilies } from '../telemetry/metric-list.ts';
import { CountsOfFront } from './counts.ts';
import { CountedConnections, createFrontApp } from './front-app.ts';
import { linkDescriptor } from './link.ts';
import { Primary } from './primary.ts';
import type { Certificate, FrontSettings, TellFront } from './tells.ts';

const countsEveryMs = 1_000;

const families = createFamilies();
const counts = new CountsOfFront(families);
let app: FastifyInstance | null = null;
/** The last one told of: it may come while the application is being made. */
let certificate: Certificate | null = null;

const primary: Primary = new Primary(new Socket({ fd: linkDescriptor, readable: true, writable: true }), {
  onTell: what => void take(what),
  onShut: connection => connections.shut(connection),
  // Without it nothing can be answered, and nothing here is worth keeping.
  onGone: () => process.exit(1),
});
const connections = new CountedConnections(primary);

// A signal to the whole group, as of Ctrl-C and of service managers, is the primary's: it says when.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => undefined);

async function take(what: TellFront): Promise<void> {
  switch (what.kind) {
    case 'start':
      await start(what.settings);
      return;
    case 'certificate':
      certificate = what.certificate;
      showCertificate();
      return;
    case 'drain':
      await drain();
      return;
  }
}

function showCertificate(): void {
  if (certificate && app?.server instanceof TlsServer) app.server.setSecureContext(certificate);
}

async function start(settings: FrontSettings): Promise<void> {
  try {
    const logger = createLogger({ level: settings.logLevel });
    app = await createFrontApp({ settings, primary, connections, families, logger });
    showCertificate();
    await app.listen({ port: settings.port, host: settings.host });
    const { port } = app.server.address() as { port: number };
    primary.tell({ kind: 'listening', port });
    setInterval(() => primary.tell({ kind: 'counts', counts: counts.take() }), countsEveryMs).unref();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : null;
    primary.tell({ kind: 'failed', code, message: error instanceof Error ? error.message : String(error) });
  }
}

async function drain(): Promise<void> {
  if (app) await closeGently(app);
  primary.tell({ kind: 'counts', counts: counts.take() });
  await primary.leave();
  process.exit(0);
}
