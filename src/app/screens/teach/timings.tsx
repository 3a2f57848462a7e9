// What was timed to choose where a run computes, in one line.
import type { HostTiming } from '../../../core/train/choose-host.ts';
import { formatDuration, formatNumber } from '../../i18n/format.ts';
import { t } from '../../i18n/teach.ts';

/** Nothing where nothing was compared. */
export function Timings({ timings = [] }: { readonly timings?: readonly HostTiming[] | undefined }) {
  if (timings.length < 2) return null;
  return <p class="small soft">{t('timed', { list: timings.map(timingWords).join(' · ') })}</p>;
}

function timingWords({ provider, threads, captured, stepMs, givenUpMs }: HostTiming): string {
  const gpu = captured ? t('timedCaptured') : t('timedGpu');
  const name = provider === 'webgpu' ? gpu : t('timedThreads', { n: threads });
  if (givenUpMs !== null) return t('timedGivenUp', { name, time: formatDuration(givenUpMs / 1000) });
  if (stepMs === null) return t('timedUnusable', { name });
  return t('timedStep', { name, ms: formatNumber(stepMs, undefined, stepMs < 10 ? 1 : 0) });
}
