// The machine's own GPU, by name, where benchmarks are to measure it.
import type { BrowserContext } from 'playwright';

/** Nobody listens there: the page is answered by us. Only a secure context has WebGPU. */
const page = 'http://localhost/adapter';

/**
 * @returns maker and architecture, as the browser tells them
 * @throws Error where there is no adapter, or one that computes on the CPU: figures would be taken for a GPU's
 */
export async function ownGpuName(context: BrowserContext): Promise<string> {
  const tab = await context.newPage();
  try {
    await tab.route(page, route => route.fulfill({ contentType: 'text/html', body: '' }));
    await tab.goto(page);
    const info = await tab.evaluate(async () => {
      const adapter = await navigator.gpu.requestAdapter({ powerPreference: 'high-performance' });
      if (!adapter) return null;
      const { vendor, architecture, isFallbackAdapter } = adapter.info;
      return { name: `${vendor} ${architecture}`.trim(), isSoftware: isFallbackAdapter };
    });
    if (!info) throw new Error('HAVERSACK_GPU=1, and the browser gives no WebGPU adapter.');
    if (info.isSoftware || /swiftshader/i.test(info.name))
      throw new Error(`HAVERSACK_GPU=1, and the browser computes in software (${info.name}).`);
    return info.name;
  } finally {
    await tab.close();
  }
}
