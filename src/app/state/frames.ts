// Something for each picture of a video, while it is shown.

/**
 * @param atLeastMs between two runs: what comes sooner is left out
 * @returns the function that ends it
 */
export function eachFrame(video: HTMLVideoElement, run: () => void, atLeastMs = 0): () => void {
  let ended = false;
  let last = -Infinity;
  const next = (): void => {
    if (ended) return;
    // Firefox has it since 132; before, each painted frame is one.
    if ('requestVideoFrameCallback' in video) video.requestVideoFrameCallback(onFrame);
    else requestAnimationFrame(onFrame);
  };
  const onFrame = (): void => {
    if (ended) return;
    const now = performance.now();
    if (now - last >= atLeastMs) {
      last = now;
      run();
    }
    next();
  };
  next();
  return () => {
    ended = true;
  };
}
