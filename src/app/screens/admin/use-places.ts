// Where each device stands in the rollouts of a model; computed when devices come or go.
import { useEffect, useState } from 'preact/hooks';
import { type Places, placesOf } from '../../state/admin-fleet.ts';
import { admin } from './session.ts';

const none: Places = new Map();

/** Empty until it is known. */
export function usePlaces(model: string): Places {
  const [places, setPlaces] = useState(none);
  const devices = admin.devices.value;
  const ids = devices.map(({ id }) => id).join();
  useEffect(() => {
    let left = false;
    void placesOf(devices, model).then(found => {
      if (!left) setPlaces(found);
    });
    return () => {
      left = true;
    };
    // The same devices stand where they stood, whatever else is new about them.
  }, [ids, model]);
  return places;
}
