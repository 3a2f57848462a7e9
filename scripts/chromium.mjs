// Where Chromium is on this machine, how it gets here, and how tests and benchmarks start it.
import { existsSync } from 'node:fs';
import { chromium } from 'playwright';
import { aptCommands, browserNamedOr, installBrowser, orEnd } from './install-browser.mjs';

const usual = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/**
 * @returns {string} a Chromium's path; empty where there is none
 * @throws Error where `HAVERSACK_CHROMIUM` names what is not there
 */
export function findChromium() {
  const installed = browserNamedOr('HAVERSACK_CHROMIUM', usual);
  if (installed) return installed;
  const own = chromium.executablePath();
  return existsSync(own) ? own : '';
}

/** Installs a Chromium where there is none: Playwright's, else Debian's. Says so, and ends the process, when neither works. */
export function ensureChromium() {
  if (orEnd(findChromium)) return;
  const commands = [
    ['npx', ['playwright', 'install', 'chromium']],
    ...aptCommands(['chromium', 'fonts-noto-cjk', 'fonts-dejavu-core', 'fonts-liberation']),
  ];
  if (installBrowser({ name: 'Chromium', find: findChromium, commands })) return;
  console.error(
    'The browser tests need a Chromium and none could be installed.\nInstall one (Debian: apt-get install chromium), or name one in HAVERSACK_CHROMIUM.',
  );
  process.exit(1);
}

/** Whether WebGPU is to be the machine's own GPU (`HAVERSACK_GPU=1`) and not the software adapter, which all machines have. */
export const ownGpu = process.env.HAVERSACK_GPU === '1';

const softwareAdapter = ['--use-webgpu-adapter=swiftshader'];
/** On Linux by Vulkan, and without a display, which servers lack; elsewhere as a browser does it by itself. */
const ownAdapter =
  process.platform === 'linux'
    ? [
        '--enable-features=Vulkan',
        '--use-angle=vulkan',
        '--use-vulkan=native',
        '--disable-vulkan-surface',
        '--ignore-gpu-blocklist',
      ]
    : ['--ignore-gpu-blocklist'];

/**
 * @param {{ webgpu: boolean }} options with WebGPU, by the software adapter unless it is to be the machine's own, or without any
 * @returns {string[]}
 */
export function chromiumArguments({ webgpu }) {
  return [
    '--no-sandbox',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--disable-quic',
    ...(webgpu ? ['--enable-unsafe-webgpu', ...(ownGpu ? ownAdapter : softwareAdapter)] : ['--disable-gpu']),
  ];
}
