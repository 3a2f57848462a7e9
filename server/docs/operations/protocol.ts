// The Open Inference Protocol and its neighbours: what docs/serving tells at length, as operations.
import {
  inferRequestMessageSchema,
  inferResponseMessageSchema,
  modelMetadataSchema,
  serverMetadataSchema,
} from '../../../src/core/protocol/message-schemas.ts';
import { answeredByHeader } from '../../../src/core/protocol/answered-by.ts';
import { binaryMediaType, headerLengthHeader, protocolRoot } from '../../../src/core/protocol/messages.ts';
import type { ErrorCode } from '../../../src/core/errors.ts';
import { shortFormSchema } from '../../../src/core/serve/short-form.ts';
import { z } from '../../../src/core/zod.ts';
import { json, type Operation, type Operations } from '../operation.ts';

const modelNamesSchema = z.object({ models: z.array(z.string()) });
const modelStatusSchema = z.object({
  name: z.string(),
  ready: z.boolean(),
  model_version_status: z.array(
    z.object({
      version: z.string(),
      state: z.string(),
      status: z.object({ error_code: z.string(), error_message: z.string() }),
    }),
  ),
});
const shortFormAnswerSchema = z.object({
  model: z.string(),
  version: z.union([z.number().int(), z.string()]).nullable(),
  rows: z.array(
    z.object({
      label: z.string().optional(),
      probabilities: z.array(z.number()).optional(),
      sure: z.boolean().optional(),
      outputs: z.record(z.string(), z.unknown()),
    }),
  ),
});

const predictionErrors: readonly ErrorCode[] = [
  'InputInvalid',
  'NotFound',
  'RuntimeFailed',
  'TooManyRequests',
  'QuotaSpent',
  'Overloaded',
  'DeadlineExceeded',
  'UpstreamFailed',
];

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
      errors: predictionErrors,
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
    answers: { 200: json('ModelNames', modelNamesSchema) },
    example: { status: 200 },
  },
  ...ofModel(`${protocolRoot}/models/:model`, { model: 'iris' }),
  ...ofModel(`${protocolRoot}/models/:model/versions/:version`, { model: 'iris', version: 'production' }),
  'POST /predict': {
    summary: 'Predict, the short form: rows as one would write them down',
    about:
      '`inputs` is a row, rows, named features, named inputs, or tensors; or `dataset` names one that the server keeps, with `features` and `rows`. Answers carry label, probabilities and whether they are sure, where the model says how they are decided.',
    body: json('ShortForm', shortFormSchema),
    answers: { 200: json('ShortFormAnswer', shortFormAnswerSchema) },
    errors: predictionErrors,
    example: {
      body: {
        model: 'iris',
        inputs: { sepal_length_cm: 5.1, sepal_width_cm: 3.5, petal_length_cm: 1.4, petal_width_cm: 0.2 },
      },
      status: 200,
    },
  },
  'GET /datasets': {
    summary: 'List the tables that predictions may take rows from',
    about:
      'Beside them each version’s own data set is there by the name of its model: `iris`, `iris@3`, `iris@canary`.',
    answers: { 200: json('DatasetNames', z.object({ datasets: z.array(z.string()) })) },
    example: { status: 200 },
  },
  'PUT /datasets/:name': {
    summary: 'Put a table that predictions may take rows from, in place of one of that name',
    about: 'CSV with names in its first line, 16 MiB at most.',
    body: { type: 'text/csv', about: 'The table' },
    answers: {
      200: json(
        'DatasetPut',
        z.object({ name: z.string(), rows: z.number().int(), columns: z.array(z.string()) }),
      ),
    },
    errors: ['InputInvalid', 'TooLarge'],
    example: null,
  },
  'DELETE /datasets/:name': {
    summary: 'Take away a table that was put',
    answers: { 204: null },
    errors: ['NotFound'],
    example: { path: { name: 'nothing' }, status: 404 },
  },
  'GET /v1/models': {
    summary: 'List the names of the models (KServe v1)',
    answers: { 200: json('ModelNames', modelNamesSchema) },
    example: { status: 200 },
  },
  'GET /v1/models/:model': {
    summary: 'Say whether a model answers (KServe v1, TensorFlow Serving)',
    answers: { 200: json('ModelStatus', modelStatusSchema) },
    errors: ['NotFound', 'RuntimeFailed', 'Unavailable'],
    example: { path: { model: 'iris' }, status: 200 },
  },
  'POST /v1/models/:model(^[^:]+)::predict': {
    summary: 'Predict (KServe v1, TensorFlow Serving)',
    about:
      '`instances`: a row each, answered by `predictions`; `inputs`: whole tensors, answered by `outputs`.',
    body: json(
      'PredictV1',
      z.union([z.object({ instances: z.array(z.unknown()) }), z.object({ inputs: z.unknown() })]),
    ),
    answers: {
      200: json(
        'PredictV1Answer',
        z.union([z.object({ predictions: z.array(z.unknown()) }), z.object({ outputs: z.unknown() })]),
      ),
    },
    errors: predictionErrors,
    example: { path: { model: 'iris' }, body: { instances: [[5.1, 3.5, 1.4, 0.2]] }, status: 200 },
  },
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
