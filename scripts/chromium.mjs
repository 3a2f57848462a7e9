// Where Chromium is on this machine, and how tests and benchmarks start it.
import { existsSync } from 'node:fs';
import { chromium } from 'playwright';

const known = [
  process.env.HAVERSACK_CHROMIUM,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
];

/** @returns {string} a Chromium's path; empty where there is none */
export function findChromium() {
  const own = () => {
    const path = chromium.executablePath();
    return existsSync(path) ? path : '';
  };
  return known.find(path => path && existsSync(path)) ?? own();
}

/**
 * @param {{ webgpu: boolean }} options with WebGPU (a software adapter where there is no GPU) or without any
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
    ...(webgpu
      ? [
          '--enable-unsafe-webgpu',
          '--use-webgpu-adapter=swiftshader',
          '--enable-features=Vulkan',
          '--ignore-gpu-blocklist',
        ]
      : ['--disable-gpu', '--disable-features=WebGPU', '--disable-webgpu']),
  ];
}
