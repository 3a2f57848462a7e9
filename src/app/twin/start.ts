// This page of the app as a host: what other applications ask is computed by the worker that the screens use.
import type { Services } from '../state/services.ts';
import { buildName } from '../state/build.ts';
import { servedModels } from '../state/serving.ts';
import { DeviceBackend } from './device-backend.ts';
import { fetchVersion } from './fetch-version.ts';
import { TwinHost } from './host.ts';
import { InstalledVersions } from './installed-versions.ts';
import { noteAsked } from './asked.ts';

export function startTwin({ db, client }: Services): void {
  const backend = new DeviceBackend({
    versions: new InstalledVersions(db),
    models: servedModels(),
    version: buildName,
    fetchVersion: target => fetchVersion(db, client, target),
  });
  new TwinHost({ backend, onAnswered: noteAsked }).start(navigator.serviceWorker);
}
