// Takes photos as long as somebody wants, ten a second where the device keeps up, and none that would have to wait.

/** Ten a second. */
const everyMs = 100;
/** Photos that are being made and stored at a time: on a slow device fewer are taken, and none pile up. */
const atOnce = 2;

export interface Recorder {
  readonly isRecording: () => boolean;
  /** Begins with a photo at once, so that a tap is one photo. */
  start(): void;
  stop(): void;
}

/** @param take takes and stores one; where it rejects, as many are under way as before. */
export function createRecorder(take: () => Promise<unknown>, intervalMs = everyMs): Recorder {
  let timer: ReturnType<typeof setInterval> | null = null;
  let underWay = 0;
  const tick = async (): Promise<void> => {
    if (underWay >= atOnce) return;
    underWay += 1;
    try {
      await take();
    } catch (thrown) {
      console.warn('haversack: a photo could not be taken.', thrown);
    } finally {
      underWay -= 1;
    }
  };
  const stop = (): void => {
    if (timer !== null) clearInterval(timer);
    timer = null;
  };
  return {
    isRecording: () => timer !== null,
    start: () => {
      stop();
      void tick();
      timer = setInterval(() => void tick(), intervalMs);
    },
    stop,
  };
}
