// The end of an application that listens: what is under way is answered, and nobody is waited for who says nothing.
import type { FastifyInstance } from 'fastify';

const idleEveryMs = 100;

/** @param close what else is closed, and the application with it */
export async function closeGently(
  app: FastifyInstance,
  close: () => Promise<void> = () => app.close(),
): Promise<void> {
  // A connection that was busy when the server began to close is kept open for a next request, which nobody would answer.
  const idle = setInterval(() => app.server.closeIdleConnections(), idleEveryMs);
  try {
    await close();
  } finally {
    clearInterval(idle);
  }
}
