// When this page fetches nothing more for now.

const quietMs = 300;
const longestWaitMs = 3_000;

/** Resolves when no resource has come for a moment, or at last without: somebody waits for it. */
export function quietNetwork(): Promise<void> {
  return new Promise(resolve => {
    const settle = () => {
      observer.disconnect();
      clearTimeout(quiet);
      clearTimeout(longest);
      resolve();
    };
    let quiet = setTimeout(settle, quietMs);
    const longest = setTimeout(settle, longestWaitMs);
    const observer = new PerformanceObserver(() => {
      clearTimeout(quiet);
      quiet = setTimeout(settle, quietMs);
    });
    observer.observe({ type: 'resource' });
  });
}
