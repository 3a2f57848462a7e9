// The offline twin as applications meet it: plain fetch on the origin, a frame on another, with the server up, gone, and
// pages that come and go. The server is stopped for real.
import type { Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAnsweredBy } from '../../src/core/protocol/answered-by.ts';
import { AdminClient } from '../../src/client/admin.ts';
import { uploadFile } from '../../src/client/upload.ts';
import { chunkFile } from '../../src/core/artifact/chunks.ts';
import { tensorLayout } from '../../src/core/onnx/layout.ts';
import { describeProtocol } from '../protocol/conformance.ts';
import { conformanceModels } from '../protocol/conformance-models.ts';
import { answeredBy, go, installModels } from './support/app.ts';
import { embedding, ownFiles } from './support/applications.ts';
import { Device } from './support/device.ts';
import { type RunningServer, startServer } from './support/server.ts';
import { type Site, startSite } from './support/site.ts';

interface Said {
  readonly status: number;
  readonly by: string | null;
  readonly text: string;
}

interface Init {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

declare const ask: (path: string, init?: Init) => Promise<Said>;
/** Bodies in base64. */
declare const askBytes: (
  path: string,
  init: Omit<Init, 'body'> & { readonly bytes?: string },
) => Promise<{ status: number; headers: Record<string, string>; bytes: string }>;
declare const askWorker: typeof ask;
declare const ready: Promise<boolean>;
declare const answers: unknown[];

const flower = { name: 'features', datatype: 'FP32', shape: [1, 4], data: [5.1, 3.5, 1.4, 0.2] };

/** What iris is asked; its input's name is asked first, as an application would. */
let question: Init;
const infer = '/v2/models/iris/infer';

const says = (page: Page, path: string, init: Init = {}) =>
  page.evaluate(([path, init]) => ask(path, init), [path, init] as const);
const predict = (page: Page, policy?: string) =>
  says(page, infer, {
    ...question,
    headers: { ...question.headers, ...(policy && { 'Haversack-Policy': policy }) },
  });

const who = ({ by }: Said) => parseAnsweredBy(by);
const numbers = ({ text }: Said) => (JSON.parse(text) as { outputs: { data: number[] }[] }).outputs[0]!.data;
const codeOf = ({ text }: Said) => (JSON.parse(text) as { code: string }).code;

/** Into the registry, and from there onto the device: what is loaded and not here is fetched. */
async function bringConformanceModels(server: RunningServer, page: Page): Promise<void> {
  const key = await server.adminKey();
  const admin = new AdminClient({ baseUrl: server.url, token: () => Promise.resolve(key) });
  for (const [name, { file, interface: its, labels }] of Object.entries(conformanceModels)) {
    const chunked = await chunkFile(file, tensorLayout(file));
    await uploadFile(admin, chunked);
    await admin.push(name, { file: chunked.ref, interface: its, ...(labels && { labels: [...labels] }) });
    const headers = { 'Haversack-Policy': 'local-only' };
    const loaded = await says(page, `/v2/repository/models/${name}/load`, { method: 'POST', headers });
    expect([loaded.status, loaded.text]).toEqual([200, JSON.stringify({ name, load: true })]);
  }
}

describe('the offline twin', () => {
  let server: RunningServer;
  /** Where the app and other applications lie on one origin. */
  let site: Site;
  let friend: Site;
  let isolatedFriend: Site;
  let stranger: Site;
  let device: Device;
  let app: Page;
  let theirs: Page;

  beforeAll(async () => {
    // The others must be known to the server before it starts, and its origin to them before they are served.
    const files: Record<string, string> = {};
    friend = await startSite({ files });
    const isolation = {
      'Cross-Origin-Opener-Policy': 'same-origin',
      'Cross-Origin-Embedder-Policy': 'require-corp',
    };
    isolatedFriend = await startSite({ files, headers: isolation });
    stranger = await startSite({ files });
    server = await startServer(['--embed-origins', `${friend.origin},${isolatedFriend.origin}`]);
    site = await startSite({ files: ownFiles, behind: server.port });
    Object.assign(files, embedding(site.origin));
    device = await Device.create();
    app = await device.open(site.origin);
    await installModels(app, ['iris']);
    await go(app, '#/use/iris');
    await answeredBy(app, 'iris', 2);
    await app.waitForFunction(() => navigator.serviceWorker.controller !== null);
    theirs = await device.open(`${site.origin}/theirs/page.html`);
    await bringConformanceModels(server, theirs);
    const metadata = await says(theirs, '/v2/models/iris');
    const { inputs } = JSON.parse(metadata.text) as { inputs: { name: string }[] };
    question = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ inputs: [{ ...flower, name: inputs[0]!.name }] }),
    };
    // What predicts offline is kept: "on this device" is said only then.
    await go(app, '#/library');
    await app.getByText('on this device', { exact: true }).first().waitFor();
  });

  afterAll(async () => {
    await device.close();
    await server.stop();
    for (const each of [site, friend, isolatedFriend, stranger]) await each.close();
  });

  it('leaves it to the server while it can be reached, and to the device where the caller wants that', async () => {
    const byServer = await predict(theirs);
    expect(who(byServer)).toMatchObject({ who: 'server', model: 'iris', version: '2' });
    const byDevice = await predict(theirs, 'local-first');
    expect(who(byDevice)).toMatchObject({ who: 'device', model: 'iris', version: '2', provider: 'wasm' });
    numbers(byServer).forEach((value, i) => expect(numbers(byDevice)[i]).toBeCloseTo(value, 5));
  });

  it('asks the network for nothing where the device is to answer alone', async () => {
    const before = site.passedOn.length;
    expect(who(await predict(theirs, 'local-only'))).toMatchObject({ who: 'device' });
    expect(
      (await says(theirs, '/v2/models/nothing', { headers: { 'Haversack-Policy': 'local-only' } })).status,
    ).toBe(404);
    expect(site.passedOn.slice(before)).toEqual([]);
  });

  it('keeps the owner’s word that nothing leaves this device, whatever the caller wants', async () => {
    await go(app, '#/settings');
    const choice = app.getByLabel('Who answers them');
    await choice.selectOption('local-only');
    await expect.poll(async () => who(await predict(theirs))).toMatchObject({ who: 'device' });
    const before = site.passedOn.length;
    expect(who(await predict(theirs, 'remote-first'))).toMatchObject({ who: 'device' });
    expect((await says(theirs, '/v2/models/nothing')).status).toBe(404);
    expect(site.passedOn.slice(before).filter(line => line.includes('/v2'))).toEqual([]);
    await choice.selectOption('remote-first');
    await expect.poll(async () => who(await predict(theirs))).toMatchObject({ who: 'server' });
  });

  it('shows whom this device answered, and who may embed it', async () => {
    const card = app.locator('section.card').filter({ hasText: 'Answers for other apps' });
    await card.getByText('/theirs/page.html').waitFor();
    await card.getByText(friend.origin, { exact: true }).waitFor();
    await card.getByText('This page computes for them, as long as it is open.').waitFor();
    await card.getByRole('button', { name: 'Clear this list' }).click();
    await card.getByText('Nobody has asked this device yet.').waitFor();
  });

  it('lets an allowed origin ask through the frame, isolated or not, and nobody else', async () => {
    for (const { origin } of [friend, isolatedFriend]) {
      const page = await device.open(origin);
      expect(await page.evaluate(() => ready)).toBe(true);
      expect(who(await predict(page))).toMatchObject({ who: 'server' });
      expect(codeOf(await says(page, '/registry/v1/models'))).toBe('Offline');
      await page.close();
    }
    const refused = await device.open(stranger.origin);
    await expect
      .poll(() => refused.frames().map(frame => frame.url()))
      .toContain('chrome-error://chromewebdata/');
    await refused.close();
    // That a frame is refused is what Chromium writes down as a violation.
    expect(device.complaints.splice(0).every(line => line.includes('frame-ancestors'))).toBe(true);
  });

  it('does as the examples of its page say, just as they stand', async () => {
    for (const [url, said] of [
      [`${site.origin}/theirs/example.html`, /^(?:server|device);model="iris"/],
      [`${friend.origin}/example.html`, /^200 .*"name":"measurements"/],
    ] as const) {
      const page = await device.open('about:blank');
      const logged = page.waitForEvent('console', message => message.type() === 'log');
      await page.goto(url);
      expect((await logged).text()).toMatch(said);
      await page.close();
    }
  });

  it('answers no frame beside it that has a reference to it', async () => {
    const page = await device.open(friend.origin);
    await page.evaluate(() => ready);
    await page.evaluate(async origin => {
      const sibling = document.createElement('iframe');
      sibling.src = `${origin}/sibling.html`;
      const loaded = new Promise(resolve => sibling.addEventListener('load', resolve));
      document.body.append(sibling);
      await loaded;
      const tried = new Promise(resolve => {
        addEventListener('message', ({ data }) => data === 'tried' && resolve(null));
      });
      sibling.contentWindow!.postMessage('of the sibling', origin);
      await tried;
    }, stranger.origin);
    // Asked after, answered before: what would have been answered to the sibling went nowhere.
    expect((await says(page, '/v2')).status).toBe(200);
    expect(await page.evaluate(() => answers)).not.toContain('of the sibling');
    await page.close();
  });

  describe('with the server stopped', () => {
    let before: number[];

    beforeAll(async () => {
      before = numbers(await predict(theirs));
      await server.stop();
    });

    it('the device answers the same, and says so', async () => {
      const answer = await predict(theirs);
      expect(answer.status).toBe(200);
      expect(who(answer)).toMatchObject({ who: 'device', model: 'iris', version: '2' });
      numbers(answer).forEach((value, i) => expect(value).toBeCloseTo(before[i]!, 5));
      expect(JSON.parse(answer.text)).toMatchObject({ model_name: 'iris', model_version: '2' });
    });

    it('a worker of the page gets the same', async () => {
      const answer = await theirs.evaluate(([path, init]) => askWorker(path, init), [
        infer,
        question,
      ] as const);
      expect(who(answer)).toMatchObject({ who: 'device', version: '2' });
    });

    it('says what is here, without starting a runtime for it', async () => {
      const index = await says(theirs, '/v2/repository/index', { method: 'POST' });
      expect(JSON.parse(index.text)).toContainEqual({
        name: 'iris',
        version: '2',
        state: 'READY',
        reason: '',
      });
      expect((await says(theirs, '/v2/models/iris/ready')).status).toBe(200);
      expect((await says(theirs, '/v2/health/ready')).status).toBe(200);
    });

    it('a model that is not here: neither can, and it says both', async () => {
      const answer = await says(theirs, '/v2/models/digits/infer', question);
      expect([answer.status, codeOf(answer)]).toEqual([503, 'Offline']);
    });

    it('an origin that embeds the frame is answered by the device too', async () => {
      const page = await device.open(friend.origin);
      await page.evaluate(() => ready);
      expect(who(await predict(page))).toMatchObject({ who: 'device', version: '2' });
      await page.close();
    });

    describeProtocol('the service worker', async ({ method, path, headers, body }) => {
      const init = {
        method,
        headers: { ...headers, 'Haversack-Policy': 'local-only' },
        ...(body && { bytes: Buffer.from(body).toString('base64') }),
      };
      const answer = await theirs.evaluate(([path, init]) => askBytes(path, init), [path, init] as const);
      return { ...answer, body: new Uint8Array(Buffer.from(answer.bytes, 'base64')) };
    });

    it('loses nothing of what is asked while the page that computes is closed', async () => {
      const second = await device.open(site.origin);
      await answeredBy(second, 'iris', 2);
      const asking = theirs.evaluate(
        async ([path, init]) => {
          const statuses: number[] = [];
          for (const batch of Array.from({ length: 40 }, () => [path, path, path, path])) {
            const said = await Promise.all(batch.map(each => ask(each, init)));
            statuses.push(...said.map(({ status }) => status));
            document.title = `asked ${statuses.length}`;
          }
          return statuses;
        },
        [infer, question] as const,
      );
      await theirs.waitForFunction(() => /^asked (?:1\d|2\d|\d{3})/.test(document.title));
      await app.close();
      expect(new Set(await asking)).toEqual(new Set([200]));
      await second.close();
    });

    it('with no page of the app open, says that nothing computes, and what to do', async () => {
      const answer = await predict(theirs);
      expect([answer.status, codeOf(answer)]).toEqual([503, 'NothingComputes']);
    });

    it('asks a page that could compute to do so', async () => {
      const becoming = await device.open(`${site.origin}/theirs/becoming.html`);
      expect(who(await predict(becoming))).toMatchObject({ who: 'device', version: '2' });
      // And it computes for others from then on.
      expect(who(await predict(theirs))).toMatchObject({ who: 'device' });
      await becoming.close();
    });

    it('and the frame computes where nobody else does', async () => {
      const page = await device.open(friend.origin);
      await page.evaluate(() => ready);
      expect(who(await predict(page))).toMatchObject({ who: 'device', version: '2' });
      await page.close();
    });

    it('broke no policy on its way', () => {
      expect(device.complaints).toEqual([]);
    });
  });
});
