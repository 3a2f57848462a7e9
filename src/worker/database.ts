// The worker's own connection to the device's store: opened when first needed, and again after it was lost.
import { type Database, openHaversackDB } from '../device/db.ts';

let connection: Promise<Database> | null = null;

/** @throws HaversackError `StorageFailed` */
export function database(): Promise<Database> {
  connection ??= openHaversackDB({ onLost: forget }).catch((error: unknown) => {
    forget();
    throw error;
  });
  return connection;
}

function forget(): void {
  connection = null;
}
