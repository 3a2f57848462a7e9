// One screen, loaded on its first visit; a failure in it stays in it.
import { Component, type ComponentChildren, type FunctionComponent } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { type Failure, failure, toFailure } from '../core/errors.ts';
import { t as common } from './i18n/common.ts';
import { ErrorNote } from './parts/error-note.tsx';
import type { Place } from './router.ts';
import { Use } from './screens/use/use.tsx';

type Loaded = { readonly default: FunctionComponent };

/** Use opens first and is part of the shell; the others come when asked for. */
const loaders: Readonly<Record<Exclude<Place, 'use'>, () => Promise<Loaded>>> = {
  teach: () => import('./screens/teach/teach.tsx'),
  judge: () => import('./screens/judge/judge.tsx'),
  shrink: () => import('./screens/shrink/shrink.tsx'),
  library: () => import('./screens/library/library.tsx'),
  new: () => import('./screens/new-model/new-model.tsx'),
  records: () => import('./screens/records/records.tsx'),
  collect: () => import('./screens/collect/collect.tsx'),
  admin: () => import('./screens/admin/admin.tsx'),
  settings: () => import('./screens/settings/settings.tsx'),
};

const loaded = new Map<Place, FunctionComponent>([['use', Use]]);

export function whenIdle(run: () => void): void {
  if ('requestIdleCallback' in window) requestIdleCallback(run);
  else setTimeout(run, 500);
}

/** Fetches the other screens while nothing else is to do, so that they are there offline and at once. */
export function preloadScreens(): void {
  for (const place of Object.keys(loaders) as (keyof typeof loaders)[]) {
    whenIdle(() => {
      load(place).catch(() => undefined);
    });
  }
}

async function load(place: Place): Promise<FunctionComponent> {
  const there = loaded.get(place);
  if (there) return there;
  const { default: screen } = await loaders[place as keyof typeof loaders]();
  loaded.set(place, screen);
  return screen;
}

export function Screen({ place }: { readonly place: Place }) {
  const [attempt, setAttempt] = useState(0);
  const [problem, setProblem] = useState<Failure | null>(null);
  const [, setReady] = useState<Place | null>(null);
  useEffect(() => {
    let current = true;
    setProblem(null);
    load(place).then(
      () => current && setReady(place),
      (thrown: unknown) => current && setProblem(toFailure(thrown, 'Offline')),
    );
    return () => {
      current = false;
    };
  }, [place, attempt]);
  if (problem) return <ErrorNote failure={problem} onRetry={() => setAttempt(attempt + 1)} />;
  const Current = loaded.get(place);
  if (!Current) return <p class="soft">{common('loading')}</p>;
  return (
    <Boundary key={place}>
      <Current />
    </Boundary>
  );
}

class Boundary extends Component<{ children: ComponentChildren }, { problem: Failure | null }> {
  override state = { problem: null as Failure | null };

  override componentDidCatch(thrown: unknown) {
    console.error(thrown);
    const detail = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
    this.setState({ problem: failure('Internal', detail) });
  }

  override render() {
    const { problem } = this.state;
    if (!problem) return this.props.children;
    return <ErrorNote failure={problem} onRetry={() => this.setState({ problem: null })} />;
  }
}
