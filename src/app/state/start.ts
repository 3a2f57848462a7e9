// The order in which the app comes to life: storage first, then what is on the device and its first answer, then the rest.
import { computed, effect } from '@preact/signals';
import { toFailure } from '../../core/errors.ts';
import { translateErrors } from '../i18n/errors.ts';
import { route } from '../router.ts';
import { watchInstall } from './app-updates.ts';
import { currentModel, followAddress } from './current.ts';
import { followLink } from './downloads.ts';
import { firstAnswer } from './first-answer.ts';
import { followInvitations } from './invitation.ts';
import { followChanges, loadAll } from './refresh.ts';
import { loadSamples } from './samples.ts';
import { openServices, startFailure } from './services.ts';
import { showLanguage } from './settings.ts';

const asksForAnAnswer = computed(() => route.value.place === 'use' && currentModel.value !== null);

export async function startApp(): Promise<void> {
  effect(showLanguage);
  translateErrors();
  watchInstall();
  followInvitations();
  const open = await openServices();
  if (!open) return;
  try {
    await loadAll(open);
  } catch (thrown) {
    startFailure.value = toFailure(thrown, 'StorageFailed');
    return;
  }
  followChanges(open);
  followLink();
  followAddress();
  effect(() => {
    if (currentModel.value !== null) void loadSamples(open);
  });
  await firstAnswer.wait(asksForAnAnswer);
  try {
    const { startRest } = await import('./start-rest.ts');
    await startRest(open);
  } catch (thrown) {
    console.warn('haversack: only what is on this device works; the rest did not load.', thrown);
  }
}
