// Connections that have not asked for anything yet: clients open them ahead (undici does, after an abort), Node does not
// count them as idle (`closeIdleConnections`), and a server that closes would wait for their first request.
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';

export function closeSilentConnections(app: FastifyInstance): void {
  const silent = new Map<string, Socket>();
  app.server.on('connection', (socket: Socket) => {
    const name = nameOf(socket);
    silent.set(name, socket);
    socket.once('close', () => {
      if (silent.get(name) === socket) silent.delete(name);
    });
  });
  app.server.prependListener('request', request => silent.delete(nameOf(request.socket)));
  app.addHook('preClose', done => {
    for (const socket of silent.values()) socket.destroy();
    done();
  });
}

/** Over TLS a request's socket is another object than the connection's: what they share is who speaks to whom. */
function nameOf({ remoteAddress, remotePort, localAddress, localPort }: Socket): string {
  return `${remoteAddress} ${remotePort} ${localAddress} ${localPort}`;
}
