// The text that Prometheus reads (exposition format 0.0.4): our families, and what prom-client knows of the process.
import { collectDefaultMetrics, type Metric, Registry } from 'prom-client';
import type { Family } from './series.ts';

/** How often the event loop's delay is sampled, in ms: prom-client's own 10 would wake an idle server a hundred times a second. */
const eventLoopEveryMs = 100;

/** Of the process, whatever number of servers it has: its observers cannot be taken back. */
let processMetrics: Registry | null = null;

function metricsOfProcess(): Registry {
  if (!processMetrics) {
    processMetrics = new Registry();
    collectDefaultMetrics({ register: processMetrics, eventLoopMonitoringPrecision: eventLoopEveryMs });
  }
  return processMetrics;
}

export async function render(
  families: readonly Family<unknown>[],
): Promise<{ readonly text: string; readonly contentType: string }> {
  const own = new Registry();
  // A family has what a registry asks of a metric (`name`, `get`), and is none of prom-client's four classes.
  for (const family of families) own.registerMetric(family as unknown as Metric);
  const all = Registry.merge([own, metricsOfProcess()]);
  return { text: await all.metrics(), contentType: all.contentType };
}
