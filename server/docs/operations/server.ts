// The server itself: how it does, its engines behind it, its documentation, the app.
import { liveSchema } from '../../../src/core/artifact/live-api.ts';
import { registryRoot } from '../../../src/core/artifact/registry-api.ts';
import {
  newUpstreamSchema,
  upstreamChangeSchema,
  upstreamListSchema,
  upstreamQuerySchema,
  upstreamRemovalSchema,
  upstreamSchema,
} from '../../../src/core/artifact/upstream-api.ts';
import { json, type Operations } from '../operation.ts';
import { docsQuerySchema } from '../docs-query.ts';

const page = { type: 'text/html', about: 'A page' };

export const serverOperations: Operations = {
  [`GET ${registryRoot}/live`]: {
    summary: 'See how the server does: the last two minutes, second by second',
    answers: { 200: json('Live', liveSchema) },
    example: { status: 200 },
  },
  'GET /metrics': {
    summary: 'Read all counts, for Prometheus',
    about: 'Text format 0.0.4. docs/metrics.md lists the names.',
    answers: { 200: { type: 'text/plain', about: 'Counters, gauges and histograms' } },
    example: { status: 200 },
  },
  [`GET ${registryRoot}/upstreams`]: {
    summary: 'List the engines that answer beside this server, and how each does',
    query: upstreamQuerySchema,
    answers: { 200: json('UpstreamList', upstreamListSchema) },
    example: { query: '?model=iris', status: 200 },
  },
  [`POST ${registryRoot}/upstreams`]: {
    summary: 'Have another engine answer for a model',
    body: json('NewUpstream', newUpstreamSchema),
    answers: { 201: json('Upstream', upstreamSchema) },
    errors: ['NotFound', 'Conflict'],
    example: {
      body: { model: 'iris', url: 'http://127.0.0.1:9/', weight: 0.5, why: 'a second machine' },
      status: 201,
    },
  },
  [`PATCH ${registryRoot}/upstreams/:id`]: {
    summary: 'Change an engine’s share, or drain it: what is under way ends, nothing new begins',
    body: json('UpstreamChange', upstreamChangeSchema),
    answers: { 200: json('Upstream', upstreamSchema) },
    errors: ['NotFound'],
    example: { path: { id: 'nothing' }, body: { state: 'draining' }, status: 404 },
  },
  [`DELETE ${registryRoot}/upstreams/:id`]: {
    summary: 'Remove an engine, once what is under way has ended',
    query: upstreamRemovalSchema,
    answers: { 204: null },
    errors: ['NotFound'],
    example: { path: { id: 'nothing' }, status: 404 },
  },
  'GET /docs': {
    summary: 'Read this description as a page',
    query: docsQuerySchema,
    answers: { 200: page },
    example: { query: '?q=alias', status: 200 },
  },
  'GET /docs/openapi.json': {
    summary: 'Read this description (OpenAPI 3.1)',
    answers: { 200: { type: 'application/json', about: 'The document' } },
    example: { status: 200 },
  },
  'GET /docs/errors': {
    summary: 'Read what each error means and what to do',
    answers: { 200: page },
    example: { status: 200 },
  },
  'GET /docs/metrics': {
    summary: 'Read what each metric counts',
    answers: { 200: page },
    example: { status: 200 },
  },
  'GET /docs/style.css': {
    summary: 'The style of these pages',
    answers: { 200: { type: 'text/css', about: 'The style' } },
    example: { status: 200 },
  },
  'GET /*': {
    summary: 'The app’s files',
    about: 'Only where the app was built; what is no file is the app.',
    answers: { 200: { type: 'application/octet-stream', about: 'A file' }, 304: null },
    errors: ['NotFound'],
    example: null,
  },
};
