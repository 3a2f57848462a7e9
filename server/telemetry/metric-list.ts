// Every metric of ours: its name, what it counts, its labels. The docs and `/metrics` are made from it. Names, types and labels are
// what dashboards and alerts stand on: add, and do not rename. Units as Prometheus wants them: seconds, bytes, `_total`.
import { DistributionFamily, FigureFamily, type SeriesSpec } from './series.ts';

/** Of answers, in seconds: fine enough that a quantile is read to within a quarter. */
const latencyBounds = steps([1, 1.5, 2, 3, 5, 7], -4, 1, 30);
/** Of HTTP requests of all kinds, by route: coarser, for there are many routes. */
const routeBounds = steps([1, 3], -4, 2, 300);
/** Of runs: from a tree's 10 µs on. */
const runBounds = steps([1, 2, 5], -5, 1, 30);
const countBounds = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024];

export const metricList = {
  requests: {
    name: 'haversack_inference_requests_total',
    type: 'counter',
    help: 'Predictions that were asked for and answered, or not; outcome is ok or an error code',
    labels: ['model', 'version', 'outcome'],
  },
  latency: {
    name: 'haversack_inference_request_duration_seconds',
    type: 'histogram',
    help: 'Time from the arrival of a prediction’s request to its answer',
    labels: ['model', 'version', 'outcome'],
    bounds: latencyBounds,
  },
  queue: {
    name: 'haversack_inference_queue_length',
    type: 'gauge',
    help: 'Requests that wait for a run',
    labels: ['model'],
  },
  runs: {
    name: 'haversack_inference_run_duration_seconds',
    type: 'histogram',
    help: 'Time of a run of a session',
    labels: ['model', 'version'],
    bounds: runBounds,
  },
  batchRequests: {
    name: 'haversack_inference_batch_requests',
    type: 'histogram',
    help: 'Requests that ran as one',
    labels: ['model', 'version'],
    bounds: countBounds,
  },
  batchRows: {
    name: 'haversack_inference_batch_rows',
    type: 'histogram',
    help: 'Rows of a run',
    labels: ['model', 'version'],
    bounds: countBounds,
  },
  cache: {
    name: 'haversack_inference_cache_lookups_total',
    type: 'counter',
    help: 'Looks into the cache of answers; result is hit, miss or shared (another request computes the same)',
    labels: ['model', 'result'],
  },
  shed: {
    name: 'haversack_inference_shed_total',
    type: 'counter',
    help: 'Requests that were turned away so that others are answered; reason is an error code',
    labels: ['model', 'reason'],
  },
  loads: {
    name: 'haversack_model_loads_total',
    type: 'counter',
    help: 'Versions that were loaded and let go; outcome is ready, failed, evicted or unloaded',
    labels: ['model', 'version', 'outcome'],
  },
  sessions: {
    name: 'haversack_sessions_open',
    type: 'gauge',
    help: 'Sessions that are open',
    labels: [],
  },
  sessionBytes: {
    name: 'haversack_session_bytes',
    type: 'gauge',
    help: 'Size of the files of the open sessions',
    labels: [],
  },
  upstreamHealthy: {
    name: 'haversack_upstream_healthy',
    type: 'gauge',
    help: '1 while an upstream is asked, 0 while it is not',
    labels: ['upstream'],
  },
  upstreamOutstanding: {
    name: 'haversack_upstream_outstanding_requests',
    type: 'gauge',
    help: 'Requests that an upstream has not answered yet',
    labels: ['upstream'],
  },
  upstreamTries: {
    name: 'haversack_upstream_tries_total',
    type: 'counter',
    help: 'Tries at an upstream; outcome is ok, a status, or what broke',
    labels: ['upstream', 'outcome'],
  },
  upstreamLatency: {
    name: 'haversack_upstream_try_duration_seconds',
    type: 'histogram',
    help: 'Time of a try at an upstream',
    labels: ['upstream'],
    bounds: latencyBounds,
  },
  http: {
    name: 'haversack_http_requests_total',
    type: 'counter',
    help: 'HTTP requests of all kinds; route is its pattern, (none) where there is none',
    labels: ['method', 'route', 'status'],
  },
  httpLatency: {
    name: 'haversack_http_request_duration_seconds',
    type: 'histogram',
    help: 'Time from the arrival of an HTTP request to the end of its answer',
    labels: ['route'],
    bounds: routeBounds,
  },
  limited: {
    name: 'haversack_limited_callers',
    type: 'gauge',
    help: 'Callers, and models, that were turned away for asking too much and may not yet again',
    labels: [],
  },
  frontMemory: {
    name: 'haversack_front_memory_bytes',
    type: 'gauge',
    help: 'Resident memory of a front process, where `--workers` has some',
    labels: ['front'],
  },
  frontStarts: {
    name: 'haversack_front_starts_total',
    type: 'counter',
    help: 'Starts of a front process: more than one, and it died',
    labels: ['front'],
  },
  build: {
    name: 'haversack_build_info',
    type: 'gauge',
    help: '1; which version this is, and on which Node',
    labels: ['version', 'node'],
  },
} as const satisfies Readonly<Record<string, SeriesSpec>>;

type MetricList = typeof metricList;
export type Families = {
  readonly [Key in keyof MetricList]: MetricList[Key]['type'] extends 'histogram'
    ? DistributionFamily
    : FigureFamily;
};

/** All of the list, with no series yet. */
export function createFamilies(): Families {
  return Object.fromEntries(
    Object.entries<SeriesSpec>(metricList).map(([key, spec]) => [
      key,
      spec.type === 'histogram' ? new DistributionFamily(spec) : new FigureFamily(spec),
    ]),
  ) as unknown as Families;
}

/** `mantissas` times each power of ten from `first` to `last`, up to `most`. */
function steps(mantissas: readonly number[], first: number, last: number, most: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, i) => first + i)
    .flatMap(power => mantissas.map(mantissa => Number(`${mantissa}e${power}`)))
    .filter(bound => bound <= most);
}
