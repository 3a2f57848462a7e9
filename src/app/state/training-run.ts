// This page's training run, bound to its training worker; when it ends, the reader is led to Judge, from wherever they are.
import { effect, untracked } from '@preact/signals';
import { BridgedTraining } from '../bridge/training-port.ts';
import { t } from '../i18n/teach.ts';
import { toast } from '../parts/toast.tsx';
import { navigate, route } from '../router.ts';
import { createRateFinder } from './rate-finder.ts';
import { need } from './services.ts';
import { createTraining, type TrainingPort } from './training.ts';
import { notePace } from './training-pace.ts';
import { keepAwake } from './wake-lock.ts';

/** The worker is looked up when it is used: the services open after this file is loaded. */
const port: TrainingPort = {
  train: (request, onProgress) => new BridgedTraining(need().training).train(request, onProgress),
  goOn: (run, onProgress) => new BridgedTraining(need().training).goOn(run, onProgress),
  pause: () => new BridgedTraining(need().training).pause(),
  resume: () => new BridgedTraining(need().training).resume(),
  stop: () => new BridgedTraining(need().training).stop(),
};

export const rateFinder = createRateFinder({
  findLearningRate: (request, onPoint) =>
    new BridgedTraining(need().training).findLearningRate(request, onPoint),
  stop: () => new BridgedTraining(need().training).stop(),
});

export const training = createTraining({ port, keepAwake });

effect(() => {
  const state = training.state.value;
  if (state.phase !== 'done') return;
  const { model, recipe } = state.request;
  untracked(() => {
    if (training.progress.value) notePace(model, recipe, training.progress.value);
    // What went wrong is told where the run is shown, before anyone is led on.
    const isWatched = route.value.place === 'teach' || route.value.place === 'collect';
    if (isWatched && state.outcome.diverged) return;
    if (isWatched) navigate('judge', model);
    else toast(t('doneElsewhere', { model }), { label: t('toJudge'), run: () => navigate('judge', model) });
  });
});
