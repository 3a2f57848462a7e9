// Reports over HTTP: devices send them, admins read them.
import type { FastifyInstance } from 'fastify';
import { reportQuerySchema } from '../../../src/core/artifact/inbox-api.ts';
import { registryRoot } from '../../../src/core/artifact/registry-api.ts';
import { envelopeSchema } from '../../../src/core/artifact/signature.ts';
import { HaversackError } from '../../../src/core/errors.ts';
import { parseRequest } from '../../gateway/problem.ts';
import type { Registry } from '../context.ts';
import { acceptReport, listReports } from '../reports.ts';
import { DailyBytes } from './daily-bytes.ts';

/** A thousand models that run, each with its name. */
const maxReportBytes = 512 * 1024;
/** What one device may send in a day: some thousand of the usual ones. */
const maxDeviceBytes = 16 * 2 ** 20;

export function registerReportRoutes(app: FastifyInstance, registry: Registry): void {
  const deviceBytes = new DailyBytes(registry.now, maxDeviceBytes);
  app.post(`${registryRoot}/reports`, { bodyLimit: maxReportBytes }, async (request, reply) => {
    const envelope = parseRequest(envelopeSchema, request.body);
    const { caller } = request;
    if (caller.kind === 'device' && envelope.signed['device'] !== caller.device.id) {
      throw new HaversackError('SignatureInvalid', 'a device reports of itself only');
    }
    deviceBytes.take(request, JSON.stringify(envelope).length);
    const { digest, created } = await acceptReport(registry, envelope);
    return reply.code(created ? 201 : 200).send({ digest });
  });
  app.get(`${registryRoot}/reports`, request =>
    listReports(registry, parseRequest(reportQuerySchema, request.query)),
  );
}
