// Numbers, bytes, shares, durations and dates as people read them, by Intl, in the current language.
import { type Language, language, regional } from './language.ts';

const formatters = new Map<string, Intl.NumberFormat>();

function formatter(inLanguage: Language, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = inLanguage + JSON.stringify(options);
  let found = formatters.get(key);
  if (!found) formatters.set(key, (found = new Intl.NumberFormat(inLanguage, options)));
  return found;
}

export function formatNumber(value: number, inLanguage: Language = language.value, digits = 2): string {
  return formatter(inLanguage, { maximumFractionDigits: digits }).format(value);
}

/** Three digits that say something, so that a small number is not shown as none: 0.000123 → `0.000123`. */
export function formatSignificant(value: number, inLanguage: Language = language.value): string {
  return formatter(inLanguage, { maximumSignificantDigits: 3 }).format(value);
}

/** 0.966 → `96.6%`. */
export function formatShare(value: number, digits = 1): string {
  return formatter(language.value, { style: 'percent', maximumFractionDigits: digits }).format(value);
}

const byteUnits = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;

/** Decimal units, as disks and networks count: 7,812,345 → `7.8 MB`. */
export function formatBytes(bytes: number): string {
  const power = bytes < 1000 ? 0 : Math.min(byteUnits.length - 1, Math.floor(Math.log10(bytes) / 3));
  return unbroken(
    formatter(language.value, {
      style: 'unit',
      unit: byteUnits[power]!,
      unitDisplay: power === 0 ? 'long' : 'short',
      maximumFractionDigits: power === 0 ? 0 : 1,
    }).format(bytes / 1000 ** power),
  );
}

/** `0.4 ms`, `12 ms`. */
export function formatMilliseconds(ms: number): string {
  return unbroken(
    formatter(language.value, {
      style: 'unit',
      unit: 'millisecond',
      maximumFractionDigits: ms < 10 ? 1 : 0,
    }).format(ms),
  );
}

/** A number stays on one line with its unit. */
function unbroken(text: string): string {
  return text.replace(' ', '\u00a0');
}

/** Seconds under two minutes (tenths under one second), minutes above, hours above two hours. */
export function formatDuration(seconds: number): string {
  const [value, unit] =
    seconds < 120
      ? [seconds, 'second']
      : seconds < 7200
        ? [seconds / 60, 'minute']
        : [seconds / 3600, 'hour'];
  return unbroken(
    formatter(language.value, {
      style: 'unit',
      unit: unit,
      unitDisplay: 'short',
      maximumFractionDigits: unit === 'hour' || seconds < 1 ? 1 : 0,
    }).format(value),
  );
}

/** The time alone where it was today. */
export function formatMoment(iso: string): string {
  const date = new Date(iso);
  if (date.toDateString() !== new Date().toDateString()) return formatDate(iso);
  return new Intl.DateTimeFormat(regional.value, { timeStyle: 'short' }).format(date);
}

export function formatDate(iso: string): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return iso;
  return new Intl.DateTimeFormat(regional.value, { dateStyle: 'medium', timeStyle: 'short' }).format(date);
}
