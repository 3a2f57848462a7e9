// What the store did by itself, or found damaged; and whether the browser threw it all away. Stands until it was read.
import { t } from '../../i18n/store.ts';
import { Button } from '../../parts/button.tsx';
import { Note } from '../../parts/note.tsx';
import { notices, noticeText, readNotices } from '../../state/notices.ts';
import { storageCleared } from '../../state/cleared.ts';

const tones = { evicted: 'info', damaged: 'warn', mended: 'good', 'work-damaged': 'bad' } as const;

export function Notices() {
  return (
    <>
      {storageCleared.value ? (
        <Note tone="warn">
          <span>{t('cleared')}</span>
          <div class="row">
            <Button
              onClick={() => {
                storageCleared.value = false;
              }}
            >
              {t('understood')}
            </Button>
          </div>
        </Note>
      ) : null}
      {notices.value.map(notice => (
        <Note key={notice.id} tone={tones[notice.kind]}>
          {noticeText(notice)}
        </Note>
      ))}
      {notices.value.length > 0 ? (
        <div>
          <Button kind="quiet" icon="check" onClick={() => void readNotices()}>
            {t('noticesRead')}
          </Button>
        </div>
      ) : null}
    </>
  );
}
