// Models, versions, aliases: what the registry has, and what is said of it.
import {
  aliasHistorySchema,
  aliasHoldSchema,
  aliasMoveSchema,
  aliasRemovalSchema,
  candidateSubmissionSchema,
  collectionQuerySchema,
  collectionSchema,
  fileUploadSchema,
  modelChangeSchema,
  modelDetailSchema,
  modelListSchema,
  modelQuerySchema,
  pushSchema,
  receiptSchema,
  registryRoot,
  versionChangeSchema,
  versionDetailSchema,
} from '../../../src/core/artifact/registry-api.ts';
import { servingChangeSchema, servingSchema } from '../../../src/core/artifact/serving-api.ts';
import { envelopeSchema } from '../../../src/core/artifact/signature.ts';
import { json, type Operations } from '../operation.ts';

const models = `${registryRoot}/models`;
const ifMatch = { 'If-Match': 'The ETag of what was seen; `*` in any case' };
const ifRevision = { 'If-Match': 'The revision that was seen, in quotes: `"3"`' };
const detail = json('VersionDetail', versionDetailSchema);

export const modelOperations: Operations = {
  [`GET ${models}`]: {
    summary: 'List models with their versions and aliases',
    about: 'Has an ETag: asked again with If-None-Match it is answered with 304 while nothing changed.',
    query: modelQuerySchema,
    answers: { 200: json('ModelList', modelListSchema), 304: null },
    example: { query: '?q=iris', status: 200 },
  },
  [`GET ${models}/:model`]: {
    summary: 'Read one model, with its card',
    answers: { 200: json('ModelDetail', modelDetailSchema), 304: null },
    errors: ['NotFound'],
    example: { path: { model: 'iris' }, status: 200 },
  },
  [`PATCH ${models}/:model`]: {
    summary: 'Change a model’s card, tags or retention: what is left out stays',
    headers: ifMatch,
    body: json('ModelChange', modelChangeSchema),
    answers: { 200: json('ModelDetail', modelDetailSchema) },
    errors: ['NotFound', 'PreconditionRequired', 'PreconditionFailed'],
    example: {
      path: { model: 'iris' },
      headers: { 'If-Match': '*' },
      body: { tags: ['flowers'] },
      status: 200,
    },
  },
  [`GET ${models}/:model/serving`]: {
    summary: 'Read how the server serves a model: batches, queue, deadline, cache, limits',
    answers: { 200: json('Serving', servingSchema), 304: null },
    errors: ['NotFound'],
    example: { path: { model: 'iris' }, status: 200 },
  },
  [`PUT ${models}/:model/serving`]: {
    summary: 'Say how the server serves a model; takes effect at once',
    headers: ifMatch,
    body: json('ServingChange', servingChangeSchema),
    answers: { 200: json('Serving', servingSchema) },
    errors: ['NotFound', 'PreconditionRequired', 'PreconditionFailed'],
    example: {
      path: { model: 'iris' },
      headers: { 'If-Match': '*' },
      body: { maxBatch: 32, maxDelayMs: 2, why: 'many small requests' },
      status: 200,
    },
  },
  [`GET ${models}/:model/history`]: {
    summary: 'Read every revision of all its aliases, newest first',
    answers: { 200: json('AliasHistory', aliasHistorySchema) },
    errors: ['NotFound'],
    example: { path: { model: 'iris' }, status: 200 },
  },
  [`POST ${models}/:model/versions`]: {
    summary: 'Make a version of a file whose chunks have been sent',
    about:
      'After `POST /registry/v1/chunks/missing` and `PUT /registry/v1/chunks/{digest}`; the same in one request: `PUT /registry/v1/models/{model}/file`.',
    body: json('Push', pushSchema),
    answers: { 201: detail },
    errors: ['ChunkMissing', 'NotOnnx', 'OperatorUnsupported', 'ModelInvalid', 'Conflict'],
    example: null,
  },
  [`PUT ${models}/:model/file`]: {
    summary: 'Make a version of a file, in one request',
    about: 'docs/upload.md says more. 200 where the newest version is that file already.',
    query: fileUploadSchema,
    body: {
      type: 'application/octet-stream',
      about:
        'An ONNX file; `application/zip`: one with the files beside it, or a model of TensorFlow.js or Teachable Machine, which is converted',
    },
    answers: { 200: detail, 201: detail },
    errors: [
      'NotOnnx',
      'OperatorUnsupported',
      'ExternalDataMissing',
      'ModelInvalid',
      'ArchiveInvalid',
      'ImportImpossible',
      'UnsupportedMediaType',
    ],
    example: null,
  },
  [`GET ${models}/:model/versions/:version`]: {
    summary: 'Read a version’s signed manifest and variants',
    answers: { 200: detail, 304: null },
    errors: ['NotFound'],
    example: { path: { model: 'iris', version: '1' }, status: 200 },
  },
  [`PATCH ${models}/:model/versions/:version`]: {
    summary: 'Retire a version, or take it back: no alias may point at one that is retired',
    headers: ifMatch,
    body: json('VersionChange', versionChangeSchema),
    answers: { 200: detail },
    errors: ['NotFound', 'VersionInUse', 'PreconditionRequired', 'PreconditionFailed'],
    example: {
      path: { model: 'iris', version: '1' },
      headers: { 'If-Match': '*' },
      body: { retired: true, why: 'takes everything for setosa' },
      status: 200,
    },
  },
  [`POST ${models}/:model/versions/:version/variants/:variant`]: {
    summary: 'Have a variant made, in the background',
    answers: { 202: null },
    errors: ['NotFound', 'VersionCollected'],
    example: { path: { model: 'iris', version: '1', variant: 'int8' }, status: 202 },
  },
  [`GET ${models}/:model/aliases/:alias`]: {
    summary: 'Read what an alias means: a signed document, with its rollout',
    answers: { 200: json('Envelope', envelopeSchema) },
    errors: ['NotFound'],
    example: { path: { model: 'iris', alias: 'production' }, status: 200 },
  },
  [`PUT ${models}/:model/aliases/:alias`]: {
    summary: 'Point an alias at a version, for all or for some',
    headers: { ...ifRevision, 'If-None-Match': '`*`: only where there is no such alias yet' },
    body: json('AliasMove', aliasMoveSchema),
    answers: { 200: json('Envelope', envelopeSchema), 201: json('Envelope', envelopeSchema) },
    errors: ['NotFound', 'VersionRetired', 'VersionCollected', 'PreconditionRequired', 'PreconditionFailed'],
    example: {
      path: { model: 'iris', alias: 'canary' },
      headers: { 'If-None-Match': '*' },
      body: { version: 2, share: 0.1, why: 'first for some' },
      status: 201,
    },
  },
  [`PATCH ${models}/:model/aliases/:alias`]: {
    summary: 'Hold a rollout, or let it go on',
    headers: ifRevision,
    body: json('AliasHold', aliasHoldSchema),
    answers: { 200: json('Envelope', envelopeSchema) },
    errors: ['NotFound', 'PreconditionRequired', 'PreconditionFailed'],
    example: {
      path: { model: 'iris', alias: 'canary' },
      headers: { 'If-Match': '"1"' },
      body: { held: true, why: 'two devices went back' },
      status: 200,
    },
  },
  [`DELETE ${models}/:model/aliases/:alias`]: {
    summary: 'Remove an alias; nothing it pointed at goes',
    headers: ifRevision,
    query: aliasRemovalSchema,
    answers: { 204: null },
    errors: ['NotFound', 'PreconditionRequired', 'PreconditionFailed'],
    example: {
      path: { model: 'iris', alias: 'canary' },
      query: '?why=done',
      headers: { 'If-Match': '"2"' },
      status: 204,
    },
  },
  [`GET ${models}/:model/aliases/:alias/history`]: {
    summary: 'Read every revision an alias had, newest first',
    answers: { 200: json('AliasHistory', aliasHistorySchema) },
    errors: ['NotFound'],
    example: { path: { model: 'iris', alias: 'production' }, status: 200 },
  },
  [`POST ${registryRoot}/candidates`]: {
    summary: 'Hand in what a device learned: a signed candidate, which becomes the next version',
    about:
      'One without a parent founds a model, under a name that is free. 200 with the same receipt for one that was handed in before.',
    body: json('Envelope', candidateSubmissionSchema),
    answers: { 200: json('Receipt', receiptSchema), 201: json('Receipt', receiptSchema) },
    errors: ['SignatureInvalid', 'DocumentInvalid', 'ChunkMissing', 'Conflict', 'QuotaSpent'],
    example: null,
  },
  [`POST ${registryRoot}/gc`]: {
    summary: 'Let go of versions and bytes that nobody needs, or say what that would be',
    body: json('CollectionQuery', collectionQuerySchema),
    answers: { 200: json('Collection', collectionSchema) },
    example: { body: { dryRun: true }, status: 200 },
  },
};
