// The Open Inference Protocol and its neighbours: what docs/serving tells at length, as operations.
import {
  inferRequestMessageSchema,
  inferResponseMessageSchema,
  modelMetadataSchema,
  serverMetadataSchema,
} from '../../../src/core/protocol/message-schemas.ts';
import { answeredByHeader } from '../../../src/core/protocol/answered-by.ts';
import { binaryMediaType, headerLengthHeader, protocolRoot } from '../../../src/core/protocol/messages.ts';
import { z } from '../../../src/core/zod.ts';
import { json, type Operation, type Operations } from '../operation.ts';

const readySchema = z.object({ name: z.string(), ready: z.boolean() });
const serverAnswer: Operation = {
  summary: 'Say which server this is and what it speaks',
  answers: { 200: json('ServerMetadata', serverMetadataSchema) },
  example: { status: 200 },
};

const inferExample = {
  inputs: [{ name: 'measurements', datatype: 'FP32', shape: [1, 4], data: [5.1, 3.5, 1.4, 0.2] }],
};

/** With and without a version in the path. */
function ofModel(prefix: string, path: Readonly<Record<string, string>>): Operations {
  const which =
    'version' in path
      ? 'A version is a number or an alias.'
      : 'The server chooses the version: `production`, else the newest.';
  return {
    [`GET ${prefix}`]: {
      summary: 'Say what a model takes and gives',
      about: which,
      answers: { 200: json('ModelMetadata', modelMetadataSchema) },
      errors: ['NotFound', 'RuntimeFailed', 'Unavailable'],
      example: { path, status: 200 },
    },
    [`GET ${prefix}/ready`]: {
      summary: 'Say whether a model answers: loads it, and proves it on what was recorded with it',
      about: which,
      answers: { 200: json('ModelReady', readySchema) },
      errors: ['NotFound', 'RuntimeFailed', 'Unavailable'],
      example: { path, status: 200 },
    },
    [`POST ${prefix}/infer`]: {
      summary: 'Predict',
      about: `${which} Tensors come as JSON, or as bytes behind the JSON (\`${headerLengthHeader}\`), and go back as they were asked for. \`${answeredByHeader}\` says who computed, and how long.`,
      headers: { [headerLengthHeader]: 'How many bytes of the body are JSON, where tensors follow as bytes' },
      body: json('InferRequest', inferRequestMessageSchema),
      alternative: {
        type: binaryMediaType,
        about: 'JSON, then the tensors that say `binary_data_size`, little-endian, in their order',
      },
      answers: { 200: json('InferResponse', inferResponseMessageSchema) },
      errors: [
        'InputInvalid',
        'NotFound',
        'RuntimeFailed',
        'TooManyRequests',
        'QuotaSpent',
        'Overloaded',
        'DeadlineExceeded',
        'UpstreamFailed',
      ],
      example: { path, body: inferExample, status: 200 },
    },
  };
}

const loadSchema = z.object({ parameters: z.record(z.string(), z.unknown()).optional() });

export const protocol: Operations = {
  [`GET ${protocolRoot}`]: serverAnswer,
  [`GET ${protocolRoot}/`]: serverAnswer,
  [`GET ${protocolRoot}/health/live`]: {
    summary: 'Say whether the server listens',
    answers: { 200: json('ServerLive', z.object({ live: z.boolean() })) },
    example: { status: 200 },
  },
  [`GET ${protocolRoot}/health/ready`]: {
    summary: 'Say whether the server can answer',
    answers: { 200: json('ServerReady', z.object({ ready: z.boolean() })) },
    errors: ['Unavailable'],
    example: { status: 200 },
  },
  [`GET ${protocolRoot}/models`]: {
    summary: 'List the names of the models that the caller may ask',
    answers: { 200: json('ModelNames', z.object({ models: z.array(z.string()) })) },
    example: { status: 200 },
  },
  ...ofModel(`${protocolRoot}/models/:model`, { model: 'iris' }),
  ...ofModel(`${protocolRoot}/models/:model/versions/:version`, { model: 'iris', version: 'production' }),
  [`POST ${protocolRoot}/repository/index`]: {
    summary: 'List models, and which of them are loaded',
    body: json('RepositoryQuery', z.object({ ready: z.boolean().optional() })),
    answers: {
      200: json(
        'RepositoryIndex',
        z.array(
          z.object({
            name: z.string(),
            version: z.string().optional(),
            state: z.enum(['UNKNOWN', 'READY', 'UNAVAILABLE', 'LOADING', 'UNLOADING']),
            reason: z.string(),
          }),
        ),
      ),
    },
    example: { body: { ready: false }, status: 200 },
  },
  [`POST ${protocolRoot}/repository/models/:model/load`]: {
    summary: 'Load a model before it is asked for',
    body: json('RepositoryLoad', loadSchema),
    answers: { 200: json('Loaded', z.object({ name: z.string(), load: z.boolean() })) },
    errors: ['NotFound', 'RuntimeFailed'],
    example: { path: { model: 'iris' }, body: {}, status: 200 },
  },
  [`POST ${protocolRoot}/repository/models/:model/unload`]: {
    summary: 'Let a model’s sessions go',
    body: json('RepositoryLoad', loadSchema),
    answers: { 200: json('Unloaded', z.object({ name: z.string(), unload: z.boolean() })) },
    errors: ['NotFound'],
    example: { path: { model: 'iris' }, body: {}, status: 200 },
  },
};
