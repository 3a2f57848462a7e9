// Who may do what: devices, codes, keys, the caller; the registry's own key; the audit.
import {
  callerSchema,
  deviceSchema,
  enrolmentAnswerSchema,
  enrolmentSchema,
} from '../../../src/core/artifact/access-api.ts';
import {
  deviceChangeSchema,
  deviceListSchema,
  enrolmentCodeListSchema,
  enrolmentCodeQuerySchema,
  newEnrolmentCodeSchema,
  rotationQuerySchema,
} from '../../../src/core/artifact/admission-api.ts';
import {
  accessKeyListSchema,
  accessKeyQuerySchema,
  accessKeySchema,
  keyRotationSchema,
  newAccessKeySchema,
} from '../../../src/core/artifact/key-api.ts';
import { auditQuerySchema, auditSchema, registryRoot } from '../../../src/core/artifact/registry-api.ts';
import { envelopeSchema } from '../../../src/core/artifact/signature.ts';
import { json, type Operations } from '../operation.ts';

export const people: Operations = {
  [`GET ${registryRoot}/me`]: {
    summary: 'Say who the server takes the caller for',
    answers: { 200: json('Caller', callerSchema) },
    example: { status: 200 },
  },
  [`GET ${registryRoot}/root`]: {
    summary: 'Read the registry’s root: the key that signs everything, signed by itself',
    about: 'What devices pin. docs/trust.md says how it is checked.',
    answers: { 200: json('Envelope', envelopeSchema) },
    example: { status: 200 },
  },
  [`GET ${registryRoot}/root/:revision`]: {
    summary: 'Read an earlier root',
    answers: { 200: json('Envelope', envelopeSchema) },
    errors: ['NotFound'],
    example: { path: { revision: '1' }, status: 200 },
  },
  [`POST ${registryRoot}/root`]: {
    summary: 'Give the registry a new key, signed by the one before',
    body: json('Rotation', rotationQuerySchema),
    answers: { 201: json('Envelope', envelopeSchema) },
    example: { body: { former: 'believe', why: 'a new year' }, status: 201 },
  },
  [`POST ${registryRoot}/devices`]: {
    summary: 'Ask to be let in, as a browser or program with a key of its own',
    about: 'With a one-time code it is let in at once, else an admin decides. 200 where it had asked before.',
    body: json('Enrolment', enrolmentSchema),
    answers: {
      200: json('EnrolmentAnswer', enrolmentAnswerSchema),
      201: json('EnrolmentAnswer', enrolmentAnswerSchema),
    },
    errors: ['Forbidden', 'TooManyRequests'],
    example: {
      body: { publicKey: '11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo', name: 'a phone' },
      status: 201,
    },
  },
  [`GET ${registryRoot}/devices`]: {
    summary: 'List devices, with their last word on what they run',
    answers: { 200: json('DeviceList', deviceListSchema) },
    example: { status: 200 },
  },
  [`PATCH ${registryRoot}/devices/:id`]: {
    summary: 'Let a device in, shut it out, change its role, its grants or its groups',
    body: json('DeviceChange', deviceChangeSchema),
    answers: { 200: json('Device', deviceSchema) },
    errors: ['NotFound'],
    example: {
      path: { id: '21fe31dfa154a261626bf854046fd2271b7bed4b6abe45aa58877ef47f9721b9' },
      body: { status: 'approved', role: 'trainer' },
      status: 200,
    },
  },
  [`GET ${registryRoot}/enrolments`]: {
    summary: 'List one-time codes',
    answers: { 200: json('EnrolmentCodeList', enrolmentCodeListSchema) },
    example: { status: 200 },
  },
  [`POST ${registryRoot}/enrolments`]: {
    summary: 'Make a code that lets one device in',
    about: 'This answer is the only one that holds the code.',
    body: json('EnrolmentCodeQuery', enrolmentCodeQuerySchema),
    answers: { 201: json('NewEnrolmentCode', newEnrolmentCodeSchema) },
    example: { body: { role: 'device', groups: ['north'], minutes: 60 }, status: 201 },
  },
  [`DELETE ${registryRoot}/enrolments/:id`]: {
    summary: 'Take a code back',
    answers: { 204: null },
    errors: ['NotFound'],
    example: { path: { id: 'a'.repeat(64) }, status: 404 },
  },
  [`GET ${registryRoot}/keys`]: {
    summary: 'List access keys, without the keys',
    answers: { 200: json('AccessKeyList', accessKeyListSchema) },
    example: { status: 200 },
  },
  [`POST ${registryRoot}/keys`]: {
    summary: 'Make a key for a person or a program',
    about: 'This answer is the only one that holds the key: the registry keeps its hash.',
    body: json('AccessKeyQuery', accessKeyQuerySchema),
    answers: { 201: json('NewAccessKey', newAccessKeySchema) },
    example: { body: { name: 'ci', role: 'trainer', days: 90 }, status: 201 },
  },
  [`POST ${registryRoot}/keys/:id/rotate`]: {
    summary: 'Make a key that follows another, which stays good for a while',
    body: json('KeyRotation', keyRotationSchema),
    answers: { 201: json('NewAccessKey', newAccessKeySchema) },
    errors: ['NotFound', 'Conflict'],
    example: { path: { id: 'nothing' }, body: {}, status: 404 },
  },
  [`DELETE ${registryRoot}/keys/:id`]: {
    summary: 'Revoke a key, from the next request on',
    answers: { 200: json('AccessKey', accessKeySchema) },
    errors: ['NotFound'],
    example: { path: { id: 'nothing' }, status: 404 },
  },
  [`GET ${registryRoot}/audit`]: {
    summary: 'Read who did what, when and why, newest first',
    query: auditQuerySchema,
    answers: { 200: json('Audit', auditSchema) },
    example: { query: '?subject=iris&limit=5', status: 200 },
  },
};
