// Whether the registry was not heard for so long that what it said of a model in use here is past its time.
import { computed, signal } from '@preact/signals';
import { isExpired } from '../../core/artifact/newer-alias.ts';
import { aliasesOf, catalogue } from './catalogue.ts';
import { activeByModel } from './installed.ts';

const hourMs = 60 * 60 * 1000;
const now = signal(Date.now());
setInterval(() => {
  now.value = Date.now();
}, hourMs);

const dismissedAtMs = signal<number | null>(null);

/** When it last said what `production` is of a model that follows it (RFC 3339); null while that is good. */
export const lastHeard = computed<string | null>(() => {
  const at = new Date(now.value);
  const expired = (catalogue.value ?? [])
    .filter(({ model }) => activeByModel.value.get(model)?.follows === true)
    .flatMap(aliasesOf)
    .filter(alias => alias.alias === 'production' && isExpired(alias, at));
  return expired.map(({ issuedAt }) => issuedAt).sort()[0] ?? null;
});

export const daysUnheard = computed<number | null>(() =>
  lastHeard.value === null
    ? null
    : Math.max(1, Math.floor((now.value - Date.parse(lastHeard.value)) / (24 * hourMs))),
);

/** Whether it is to be said: not again on the day on which it was put away. */
export const saysUnheard = computed<boolean>(
  () =>
    lastHeard.value !== null &&
    (dismissedAtMs.value === null || now.value - dismissedAtMs.value >= 24 * hourMs),
);

export function dismissUnheard(): void {
  dismissedAtMs.value = now.value;
}
