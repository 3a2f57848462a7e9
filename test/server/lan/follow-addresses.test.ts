import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { loadCertificates } from '../../../server/lan/authority.ts';
import { followAddresses } from '../../../server/lan/follow-addresses.ts';
import { temporaryFolder } from '../support.ts';

it('shows a certificate that was made anew, tells what fails and tries again, and ends', async () => {
  const folder = temporaryFolder();
  const first = (await loadCertificates(folder)).server;
  const renew = vi.fn<(certificate: { cert: string; key: string }) => void>();
  const warn = vi.fn();
  const end = followAddresses({ folder, everyMs: 1, listening: { renew }, log: { warn } });
  onTestFinished(end);
  await expect.poll(() => renew.mock.lastCall).toEqual([{ cert: first.cert, key: first.key }]);

  const authority = join(folder, 'ca.pem');
  const kept = (await loadCertificates(folder)).authority.certificate;
  writeFileSync(authority, 'no certificate');
  await expect.poll(() => warn.mock.calls.length).toBeGreaterThan(0);
  rmSync(join(folder, 'leaf.pem'));
  writeFileSync(authority, kept);
  await expect.poll(() => renew.mock.lastCall![0].cert).not.toBe(first.cert);

  end();
  const count = renew.mock.calls.length;
  // What it was at may still read, and shows nothing any more.
  await loadCertificates(folder);
  await loadCertificates(folder);
  expect(renew).toHaveBeenCalledTimes(count);
});
