// Bytes, and what devices hand in: chunks, samples, reports, bundles; and the news.
import {
  acknowledgementSchema,
  bundleReceiptSchema,
  reportListSchema,
  reportQuerySchema,
  reviewCountsSchema,
  reviewSchema,
  samplesListSchema,
  samplesQuerySchema,
} from '../../../src/core/artifact/inbox-api.ts';
import {
  batchQuerySchema,
  chunkFramesType,
  missingAnswerSchema,
  missingQuerySchema,
  registryRoot,
} from '../../../src/core/artifact/registry-api.ts';
import { bundleMediaType } from '../../../src/core/artifact/bundle-name.ts';
import { envelopeSchema } from '../../../src/core/artifact/signature.ts';
import { json, type Operations } from '../operation.ts';

const octets = 'application/octet-stream';

export const content: Operations = {
  [`GET ${registryRoot}/chunks/:digest`]: {
    summary: 'Read a chunk by its SHA-256',
    about: 'Never changes. Ranges (RFC 9110 §14) are answered with 206.',
    answers: {
      200: { type: octets, about: 'All of it' },
      206: { type: octets, about: 'The range that was asked for' },
      304: null,
      416: null,
    },
    errors: ['NotFound'],
    example: { path: { digest: 'a'.repeat(64) }, status: 404 },
  },
  [`PUT ${registryRoot}/chunks/:digest`]: {
    summary: 'Store a chunk under its SHA-256',
    body: { type: octets, about: 'Its bytes' },
    answers: { 204: null },
    errors: ['ChunkInvalid', 'TooLarge', 'UnsupportedMediaType'],
    example: null,
  },
  [`POST ${registryRoot}/chunks/missing`]: {
    summary: 'Ask which chunks the registry lacks',
    body: json('MissingQuery', missingQuerySchema),
    answers: { 200: json('MissingAnswer', missingAnswerSchema) },
    example: { body: { digests: ['a'.repeat(64)] }, status: 200 },
  },
  [`POST ${registryRoot}/chunks/batch`]: {
    summary: 'Read many chunks in one answer, each in its shortest form',
    about: 'Frames as src/core/artifact/chunk-frames.ts has them. What is not there is left out.',
    body: json('BatchQuery', batchQuerySchema),
    answers: { 200: { type: chunkFramesType, about: 'Frames: whole, compressed, or as a difference' } },
    example: { body: { chunks: ['a'.repeat(64)] }, status: 200 },
  },
  [`POST ${registryRoot}/reports`]: {
    summary: 'Hand in a device’s signed report of what it runs and how its update went',
    body: json('Envelope', envelopeSchema),
    answers: {
      200: json('Acknowledgement', acknowledgementSchema),
      201: json('Acknowledgement', acknowledgementSchema),
    },
    errors: ['SignatureInvalid', 'DocumentInvalid'],
    example: null,
  },
  [`GET ${registryRoot}/reports`]: {
    summary: 'Read reports, newest first',
    query: reportQuerySchema,
    answers: { 200: json('ReportList', reportListSchema) },
    example: { query: '?model=iris&version=1', status: 200 },
  },
  [`POST ${registryRoot}/samples`]: {
    summary: 'Hand in labelled samples, signed by their device',
    body: json('Envelope', envelopeSchema),
    answers: {
      200: json('Acknowledgement', acknowledgementSchema),
      201: json('Acknowledgement', acknowledgementSchema),
    },
    errors: ['SignatureInvalid', 'DocumentInvalid', 'NotFound'],
    example: null,
  },
  [`GET ${registryRoot}/models/:model/samples`]: {
    summary: 'Read the samples that devices sent, oldest first',
    query: samplesQuerySchema,
    answers: { 200: json('SamplesList', samplesListSchema) },
    errors: ['NotFound'],
    example: { path: { model: 'iris' }, status: 200 },
  },
  [`PATCH ${registryRoot}/models/:model/samples`]: {
    summary: 'Say what a person made of samples: accepted, rejected',
    body: json('Review', reviewSchema),
    answers: { 200: json('ReviewCounts', reviewCountsSchema) },
    errors: ['NotFound'],
    example: { path: { model: 'iris' }, body: { ids: ['a'.repeat(64)], state: 'accepted' }, status: 200 },
  },
  [`POST ${registryRoot}/bundles`]: {
    summary: 'Hand in a bundle: what came without a network',
    about: 'docs/bundles.md says what one is. Each document in it is taken or refused as over the wire.',
    body: { type: bundleMediaType, about: 'The bundle' },
    answers: { 200: json('BundleReceipt', bundleReceiptSchema) },
    errors: ['DocumentInvalid', 'UnsupportedMediaType'],
    example: null,
  },
  [`GET ${registryRoot}/events`]: {
    summary: 'Follow the registry’s news',
    about: 'Server-sent events that stay open. `data` is JSON, `event` its `type`.',
    answers: { 200: { type: 'text/event-stream', about: 'News as it comes' } },
    errors: ['Unavailable'],
    example: null,
  },
};
