// Enrolment: a browser asks, an admin answers, or has answered before by a code.
import type { FastifyInstance } from 'fastify';
import { type EnrolmentAnswer, enrolmentSchema } from '../../../src/core/artifact/access-api.ts';
import { deviceChangeSchema } from '../../../src/core/artifact/admission-api.ts';
import { registryRoot } from '../../../src/core/artifact/registry-api.ts';
import { keyIdSchema } from '../../../src/core/artifact/signature.ts';
import { z } from '../../../src/core/zod.ts';
import { callerAddress } from '../../gateway/caller-address.ts';
import { actorOf } from '../../gateway/gate.ts';
import { RateLimit } from '../../gateway/limit.ts';
import { parseRequest } from '../../gateway/problem.ts';
import { issueCertificate } from '../certificates.ts';
import type { Registry } from '../context.ts';
import { changeDevice, enrol, listDevices } from '../devices.ts';

const deviceParams = z.object({ id: keyIdSchema });
/** Enough for a room of people behind one address; too few to fill the list for fun. */
const enrolments = { max: 60, windowMs: 10 * 60_000 };

/** Anyone may send this: a key and a name, and not what fills the memory. */
const maxEnrolmentBytes = 4096;

export function registerDeviceRoutes(app: FastifyInstance, registry: Registry): void {
  const limit = new RateLimit({ ...enrolments, nowMs: () => registry.now().getTime() });
  app.post(`${registryRoot}/devices`, { bodyLimit: maxEnrolmentBytes }, async (request, reply) => {
    limit.take(callerAddress(request.address ?? ''));
    const { device, created } = await enrol(registry, parseRequest(enrolmentSchema, request.body));
    const certificate = await issueCertificate(registry, device);
    // Whoever knows a device's public key may ask in its name: what it runs, and which models it is given, is not for them.
    const answer: EnrolmentAnswer = { ...device, report: null, grants: null, certificate };
    return reply.code(created ? 201 : 200).send(answer);
  });
  app.get(`${registryRoot}/devices`, async () => ({ devices: await listDevices(registry) }));
  app.patch(`${registryRoot}/devices/:id`, async request => {
    const { id } = parseRequest(deviceParams, request.params);
    return changeDevice(registry, id, parseRequest(deviceChangeSchema, request.body), actorOf(request));
  });
}
