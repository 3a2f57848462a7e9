// What the store did by itself, or found damaged: told in passing when it happens, and in Library until it was read.
import { signal } from '@preact/signals';
import { toFailure } from '../../core/errors.ts';
import { dismissNotices, listNotices } from '../../device/notices.ts';
import type { Notice } from '../../device/schema.ts';
import { formatBytes } from '../i18n/format.ts';
import { t } from '../i18n/store.ts';
import { toast } from '../parts/toast.tsx';
import { errorToast } from './error-toast.ts';
import { need, type Services } from './services.ts';

/** Newest first. */
export const notices = signal<readonly Notice[]>([]);

/** The newest that this page knows; null until the first reading, whose notices were told by whoever was there. */
let lastId: number | null = null;

export async function loadNotices({ db }: Services): Promise<void> {
  const rows = await listNotices(db);
  notices.value = rows;
  for (const row of rows.toReversed()) {
    if (lastId !== null && (row.id ?? 0) > lastId) toast(noticeText(row), null, `notice-${row.kind}`);
  }
  lastId = Math.max(lastId ?? 0, ...rows.map(row => row.id ?? 0));
}

/** All that are shown. */
export async function readNotices(): Promise<void> {
  const newest = notices.value[0]?.id;
  if (newest === undefined) return;
  try {
    await dismissNotices(need().db, newest);
  } catch (thrown) {
    errorToast(toFailure(thrown));
  }
}

export function noticeText({ kind, model, version, bytes }: Notice): string {
  const values = { model, version: String(version ?? '–'), bytes: formatBytes(bytes) };
  switch (kind) {
    case 'evicted':
      return t('evicted', values);
    case 'damaged':
      return t('damaged', values);
    case 'mended':
      return t('mended', values);
    case 'work-damaged':
      return t('workDamaged', values);
  }
}
