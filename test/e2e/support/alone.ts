// A server and one device at it, from the first test of a file (or of a `describe`) to its last.
import { afterAll, beforeAll } from 'vitest';
import { Device } from './device.ts';
import { type RunningServer, startServer } from './server.ts';

export interface Alone {
  readonly server: RunningServer;
  readonly device: Device;
}

/** To be read in tests, not before: both are there only then. */
export function startAlone(): Alone {
  let server: RunningServer;
  let device: Device;
  beforeAll(async () => {
    server = await startServer();
    device = await Device.create();
  });
  afterAll(async () => {
    await device.close();
    await server.stop();
  });
  return {
    get server() {
      return server;
    },
    get device() {
      return device;
    },
  };
}
