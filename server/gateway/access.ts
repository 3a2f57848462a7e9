// What every route wants of who calls it: one table. Who has it is said in `standing.ts`.
import { registryRoot } from '../../src/core/artifact/registry-api.ts';
import type { ModelRight } from '../../src/core/artifact/grant.ts';

/**
 * - `public`: nothing.
 * - `known`: a key, an approved device or a token, whatever it may; what else is wanted depends on the body, and its handler asks.
 * - `read`, `predict`, `write`, `promote`, `admin`: that right on the model in the path (`:model`); where there is none, on all
 *   models, which is on the server as a whole.
 * - `any read` …: that right on one model at least. The model is in the body, and its handler asks again (`requireOn`); or the
 *   answer is a list, and shows what the right is for.
 */
export type Right = 'public' | 'known' | ModelRight | AnyRight;
export type AnyRight = `any ${ModelRight}`;

/**
 * Every route there is; one that is missing here cannot be registered. HEAD is as GET. What is neither `public` nor named here
 * is denied. `docs/access.md` and the test matrix are made from it.
 */
export const accessTable: Readonly<Record<string, Right>> = {
  [`GET ${registryRoot}/root`]: 'public',
  [`GET ${registryRoot}/root/:revision`]: 'public',
  [`POST ${registryRoot}/root`]: 'admin',
  [`GET ${registryRoot}/me`]: 'public',
  [`POST ${registryRoot}/devices`]: 'public',
  [`GET ${registryRoot}/devices`]: 'admin',
  [`PATCH ${registryRoot}/devices/:id`]: 'admin',
  [`GET ${registryRoot}/enrolments`]: 'admin',
  [`POST ${registryRoot}/enrolments`]: 'admin',
  [`DELETE ${registryRoot}/enrolments/:id`]: 'admin',
  [`GET ${registryRoot}/keys`]: 'admin',
  [`POST ${registryRoot}/keys`]: 'admin',
  [`POST ${registryRoot}/keys/:id/rotate`]: 'admin',
  [`DELETE ${registryRoot}/keys/:id`]: 'admin',
  [`GET ${registryRoot}/models`]: 'any read',
  [`GET ${registryRoot}/models/:model`]: 'read',
  [`PATCH ${registryRoot}/models/:model`]: 'admin',
  [`GET ${registryRoot}/models/:model/serving`]: 'read',
  [`PUT ${registryRoot}/models/:model/serving`]: 'admin',
  [`GET ${registryRoot}/models/:model/history`]: 'promote',
  [`GET ${registryRoot}/models/:model/versions/:version`]: 'read',
  [`PATCH ${registryRoot}/models/:model/versions/:version`]: 'admin',
  [`POST ${registryRoot}/models/:model/versions`]: 'admin',
  [`POST ${registryRoot}/models/:model/versions/:version/variants/:variant`]: 'admin',
  [`PUT ${registryRoot}/models/:model/file`]: 'admin',
  [`GET ${registryRoot}/models/:model/aliases/:alias`]: 'read',
  [`PUT ${registryRoot}/models/:model/aliases/:alias`]: 'promote',
  [`PATCH ${registryRoot}/models/:model/aliases/:alias`]: 'promote',
  [`DELETE ${registryRoot}/models/:model/aliases/:alias`]: 'promote',
  [`GET ${registryRoot}/models/:model/aliases/:alias/history`]: 'promote',
  [`GET ${registryRoot}/audit`]: 'admin',
  [`POST ${registryRoot}/gc`]: 'admin',
  [`GET ${registryRoot}/chunks/:digest`]: 'any read',
  [`PUT ${registryRoot}/chunks/:digest`]: 'any write',
  [`POST ${registryRoot}/chunks/batch`]: 'any read',
  [`POST ${registryRoot}/chunks/missing`]: 'any write',
  [`POST ${registryRoot}/candidates`]: 'any write',
  [`POST ${registryRoot}/reports`]: 'known',
  [`GET ${registryRoot}/reports`]: 'admin',
  [`POST ${registryRoot}/samples`]: 'known',
  [`GET ${registryRoot}/models/:model/samples`]: 'write',
  [`PATCH ${registryRoot}/models/:model/samples`]: 'write',
  [`POST ${registryRoot}/bundles`]: 'any write',
  [`GET ${registryRoot}/events`]: 'any read',
  [`GET ${registryRoot}/upstreams`]: 'admin',
  [`POST ${registryRoot}/upstreams`]: 'admin',
  [`PATCH ${registryRoot}/upstreams/:id`]: 'admin',
  [`DELETE ${registryRoot}/upstreams/:id`]: 'admin',
  'GET /v2': 'public',
  'GET /v2/': 'public',
  'GET /v2/health/live': 'public',
  'GET /v2/health/ready': 'public',
  'GET /v2/models': 'any read',
  'GET /v2/models/:model': 'read',
  'GET /v2/models/:model/ready': 'read',
  'POST /v2/models/:model/infer': 'predict',
  'GET /v2/models/:model/versions/:version': 'read',
  'GET /v2/models/:model/versions/:version/ready': 'read',
  'POST /v2/models/:model/versions/:version/infer': 'predict',
  'POST /v2/repository/index': 'any read',
  'POST /v2/repository/models/:model/load': 'admin',
  'POST /v2/repository/models/:model/unload': 'admin',
  'GET /v1/models': 'any read',
  'GET /v1/models/:model': 'read',
  'POST /v1/models/:model(^[^:]+)::predict': 'predict',
  'POST /predict': 'any predict',
  'GET /datasets': 'admin',
  'PUT /datasets/:name': 'admin',
  'DELETE /datasets/:name': 'admin',
  [`GET ${registryRoot}/live`]: 'admin',
  'GET /metrics': 'read',
  'GET /docs': 'public',
  'GET /docs/openapi.json': 'public',
  'GET /docs/metrics': 'public',
  'GET /docs/errors': 'public',
  'GET /docs/style.css': 'public',
  'GET /*': 'public',
};

export function rightOf(method: string, url: string): Right {
  const right = accessTable[`${method === 'HEAD' ? 'GET' : method} ${url}`];
  if (right === undefined) throw new Error(`${method} ${url} is not in the access table`);
  return right;
}
