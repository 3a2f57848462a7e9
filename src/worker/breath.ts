// Lets a worker hear its messages during long loops: ONNX Runtime's WASM runs starve the event loop (31,741 awaited runs
// let no timer fire for a second), and then stop and predict never arrive.

/** A loop lets messages in at least this often. */
export const breathMs = 50;

/** A macrotask. A message channel, because nested timers are held for 4 ms at least (HTML, "timer nesting level"). */
export function yieldMacrotask(): Promise<void> {
  return new Promise(resolve => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}

/** To be awaited in every turn of a loop: yields when `breathMs` have gone by since it last did. */
export function createBreath(): () => Promise<void> {
  let last = performance.now();
  return async () => {
    if (performance.now() - last < breathMs) return;
    await yieldMacrotask();
    last = performance.now();
  };
}
