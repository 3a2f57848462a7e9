// Where this device is, if it may be known.
import type { RecordRow } from '../../device/project-schemas.ts';

/** Waiting longer would hold up who works outdoors; a place of some minutes ago is as good. */
const waitMs = 8_000;
const oldestMs = 120_000;

/** Null where it was not allowed, or is not found in time. */
export function hereNow(): Promise<RecordRow['place']> {
  if (!('geolocation' in navigator)) return Promise.resolve(null);
  return new Promise(resolve => {
    navigator.geolocation.getCurrentPosition(
      ({ coords: { latitude, longitude, accuracy } }) => resolve({ latitude, longitude, accuracy }),
      () => resolve(null),
      { timeout: waitMs, maximumAge: oldestMs, enableHighAccuracy: true },
    );
  });
}
