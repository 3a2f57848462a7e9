// Connections that have not asked for anything yet: clients open them ahead (undici does, after an abort), Node does not
// count them as idle (`closeIdleConnections`), and a server that closes would wait for their first request.
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

export function closeSilentConnections(app: FastifyInstance): void {
  const silent = new Set<Socket>();
  app.server.on('connection', (socket: Socket) => {
    silent.add(socket);
    socket.once('close', () => silent.delete(socket));
  });
  app.server.prependListener('request', request => silent.delete(request.socket));
  app.addHook('preClose', done => {
    for (const socket of silent) socket.destroy();
    done();
  });
}
