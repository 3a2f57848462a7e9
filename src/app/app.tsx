// The shell: top bar, places, and the current screen, which is fetched when it is first visited.
import { useEffect, useRef } from 'preact/hooks';
import { t } from './i18n/shell.ts';
import { Button } from './parts/button.tsx';
import { ConfirmHost } from './parts/dialog.tsx';
import { ErrorNote } from './parts/error-note.tsx';
import { ToastHost } from './parts/toast.tsx';
import { route } from './router.ts';
import { Screen } from './screen.tsx';
import { useBundleDrop } from './shell/bundle-drop.ts';
import { Commands } from './shell/commands.tsx';
import { Navigation } from './shell/navigation.tsx';
import { Notes } from './shell/notes.tsx';
import { Shortcuts, useShortcuts } from './shell/shortcuts.tsx';
import { TopBar } from './shell/top-bar.tsx';
import { services, startBlocked, startFailure } from './state/services.ts';

export function App() {
  const main = useRef<HTMLElement>(null);
  const { open, close } = useShortcuts();
  useFocusOnRouteChange(main);
  useBundleDrop();
  return (
    <div class="shell">
      <button type="button" class="button primary skip" onClick={() => main.current?.focus()}>
        {t('skip')}
      </button>
      <TopBar />
      <Navigation />
      <main class="page" ref={main} tabIndex={-1}>
        <Notes />
        <Page />
      </main>
      <ToastHost />
      <ConfirmHost />
      {open === 'commands' ? <Commands onClose={close} /> : null}
      {open === 'shortcuts' ? <Shortcuts onClose={close} /> : null}
    </div>
  );
}

function Page() {
  if (startFailure.value) {
    const reload = (
      <Button icon="refresh" onClick={() => location.reload()}>
        {t('reload')}
      </Button>
    );
    return (
      <div class="stack">
        <h1>{t('startFailed')}</h1>
        <ErrorNote failure={startFailure.value} action={reload} />
      </div>
    );
  }
  if (startBlocked.value) return <p role="status">{t('startBlocked')}</p>;
  if (!services.value) return null;
  return <Screen place={route.value.place} />;
}

/** After a change of place the reader, and what reads aloud, starts at the new content; not on the first load. */
function useFocusOnRouteChange(main: { current: HTMLElement | null }) {
  const first = useRef(true);
  const { place } = route.value;
  useEffect(() => {
    if (first.current) first.current = false;
    else {
      // A screen that put the focus somewhere itself, as search does, keeps it there.
      const isInside = main.current?.contains(document.activeElement) ?? false;
      if (!isInside) main.current?.focus({ preventScroll: true });
      scrollTo(0, 0);
    }
  }, [place, main]);
}
