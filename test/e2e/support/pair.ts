// A device that teaches and another that only uses, both with digits, at one server.
import type { Page } from 'playwright';
import { answeredBy, go, installModels } from './app.ts';
import { Device } from './device.ts';
import { type RunningServer, startServer } from './server.ts';

export interface Pair {
  readonly server: RunningServer;
  readonly teacher: Device;
  readonly teaching: Page;
  readonly other: Device;
  /** Has answered once. */
  readonly using: Page;
  close(): Promise<void>;
}

export async function startPair(options: { readonly webgpu?: boolean } = {}): Promise<Pair> {
  const server = await startServer();
  const teacher = await Device.create(options);
  const other = await Device.create({ viewport: { width: 1280, height: 800 } });
  const teaching = await teacher.open(server.url);
  const using = await other.open(server.url);
  await installModels(teaching, ['digits']);
  await installModels(using, ['digits']);
  await go(using, '#/use/digits');
  await answeredBy(using, 'digits', 1);
  const close = async () => {
    await teacher.close();
    await other.close();
    await server.stop();
  };
  return { server, teacher, teaching, other, using, close };
}
