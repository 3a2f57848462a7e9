// Whether the registry was not heard for so long that what it said of a model in use here is past its time.
import { hourMs } from '../../core/durations.ts';
import { computed, signal } from '@preact/signals';
import { aliasesOf, catalogue } from './catalogue.ts';
import { activeByModel } from './installed.ts';
import { daysSince, isToBeSaid, lastHeardOf } from './last-heard.ts';

const lookEveryMs = hourMs;
const now = signal(new Date());
setInterval(() => {
  now.value = new Date();
}, lookEveryMs);

const putAwayAt = signal<Date | null>(null);

const lastHeard = computed<string | null>(() => {
  const followed = (catalogue.value ?? [])
    .filter(({ model }) => activeByModel.value.get(model)?.follows === true)
    .flatMap(aliasesOf)
    .filter(({ alias }) => alias === 'production');
  return lastHeardOf(followed, now.value);
});

/** For how many days; null while what it said is good. */
export const daysUnheard = computed<number | null>(() =>
  lastHeard.value === null ? null : daysSince(lastHeard.value, now.value),
);

export const saysUnheard = computed<boolean>(() => isToBeSaid(lastHeard.value, putAwayAt.value, now.value));

export function dismissUnheard(): void {
  putAwayAt.value = now.value;
}
