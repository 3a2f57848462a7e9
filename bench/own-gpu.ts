// The machine's own GPU, by name, where benchmarks are to measure it.
import type { BrowserContext } from 'playwright';

/** Nobody listens there: the page is answered by us. Only a secure context has WebGPU. */
const page = 'http://localhost/adapter';

/**
 * How often, and after how many milliseconds, an adapter is asked for again: with NVIDIA's driver on Linux the GPU's process
 * begins anew shortly after its start, and who asks before gets none (seen with Chromium 156, driver 580).
 */
const again = { times: 25, afterMs: 200 };

/**
 * The browser has its adapter ready after it.
 * @returns maker and architecture, as the browser tells them
 * @throws Error where there is no adapter, or one that computes on the CPU: figures would be taken for a GPU's
 */
export async function ownGpuName(context: BrowserContext): Promise<string> {
  const tab = await context.newPage();
  try {
    await tab.route(page, route => route.fulfill({ contentType: 'text/html', body: '' }));
    await tab.goto(page);
    const info = await tab.evaluate(async ({ times, afterMs }) => {
      for (let attempt = 0; attempt < times; attempt++) {
        const adapter = await navigator.gpu.requestAdapter({ powerPreference: 'high-performance' });
        if (!adapter) {
          await new Promise(resolve => setTimeout(resolve, afterMs));
          continue;
        }
        const { vendor, architecture, isFallbackAdapter } = adapter.info;
        return { name: `${vendor} ${architecture}`.trim(), isSoftware: isFallbackAdapter };
      }
      return null;
    }, again);
    if (!info) throw new Error('HAVERSACK_GPU=1, and the browser gives no WebGPU adapter.');
    if (info.isSoftware || /swiftshader/i.test(info.name))
      throw new Error(`HAVERSACK_GPU=1, and the browser computes in software (${info.name}).`);
    return info.name;
  } finally {
    await tab.close();
  }
}
