// Keys that work everywhere: `?`, `/`, ⌘K or Ctrl-K, and 1 to 5 for the places.
import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { t } from '../i18n/shell.ts';
import { Dialog } from '../parts/dialog.tsx';
import { navigate, type Place } from '../router.ts';

type Overlay = 'commands' | 'shortcuts';
const overlay = signal<Overlay | null>(null);
/** `/` was pressed: the Library puts the focus into its search, once. */
export const searchWanted = signal(false);

export const showCommands = () => {
  overlay.value = 'commands';
};
export const showShortcuts = () => {
  overlay.value = 'shortcuts';
};

const byDigit: readonly Place[] = ['use', 'teach', 'judge', 'shrink', 'library'];

export function useShortcuts(): { open: Overlay | null; close: () => void } {
  useEffect(() => {
    addEventListener('keydown', onKeyDown);
    return () => removeEventListener('keydown', onKeyDown);
  }, []);
  return {
    open: overlay.value,
    close: () => {
      overlay.value = null;
    },
  };
}

function onKeyDown(event: KeyboardEvent): void {
  if (event.key.toLowerCase() === 'k' && (event.metaKey || event.ctrlKey) && !event.altKey) {
    event.preventDefault();
    overlay.value = overlay.value === 'commands' ? null : 'commands';
    return;
  }
  if (event.metaKey || event.ctrlKey || event.altKey || isTyping(event.target) || overlay.value) return;
  const place = byDigit[Number(event.key) - 1];
  if (event.key === '?') showShortcuts();
  else if (event.key === '/') {
    navigate('library');
    searchWanted.value = true;
  } else if (place) navigate(place);
  else return;
  event.preventDefault();
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest('input, textarea, select, dialog') !== null;
}

export function Shortcuts({ onClose }: { readonly onClose: () => void }) {
  const command = /Mac|iPhone|iPad/.test(navigator.userAgent) ? '⌘K' : 'Ctrl K';
  const keys: readonly (readonly [string, string])[] = [
    ['1 … 5', t('keyUse')],
    ['/', t('keySearch')],
    [command, t('keyCommands')],
    ['?', t('keyShortcuts')],
    ['Backspace', t('keyUndo')],
    ['Delete', t('keyClear')],
  ];
  return (
    <Dialog title={t('shortcuts')} onClose={onClose}>
      <dl class="facts">
        {keys.map(([key, what]) => (
          <>
            <dt>
              <kbd>{key}</kbd>
            </dt>
            <dd>{what}</dd>
          </>
        ))}
      </dl>
    </Dialog>
  );
}
