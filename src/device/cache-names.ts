// Names in Cache Storage that the page and the service worker share.

/** Runtime files (ONNX Runtime, worker scripts, TensorFlow.js), put there on purpose, and the list they are from. */
export const runtimeCacheName = 'haversack-runtime';

/** The page that other origins embed, with the headers that say which: as the server last gave it. */
export const framePageCacheName = 'haversack-frame';

/** Which files each way of computing needs: written by the build. */
export const runtimeListPath = '/runtime.json';
