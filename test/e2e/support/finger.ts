// A finger on a phone's screen, as the system reports one: what may scroll a page, does.
import type { CDPSession, Locator } from 'playwright';

/** Places on an element, 0 to 1 across and down. */
export type Trail = readonly (readonly [x: number, y: number])[];

export interface Finger {
  /** Down at the first place, up at the last. @param before what is looked at while the finger is still down */
  draw(on: Locator, trail: Trail, before?: () => Promise<void>): Promise<void>;
}

/** @param session of the page */
export function fingerOn(session: CDPSession): Finger {
  const touch = async (type: 'touchStart' | 'touchMove' | 'touchEnd', at?: { x: number; y: number }) => {
    await session.send('Input.dispatchTouchEvent', { type, touchPoints: at ? [at] : [] });
  };
  return {
    async draw(on, trail, before) {
      const box = await on.boundingBox();
      if (!box) throw new Error('what is to be drawn on is not on the screen');
      const placed = trail.map(([x, y]) => ({ x: box.x + x * box.width, y: box.y + y * box.height }));
      await touch('touchStart', placed[0]);
      for (const place of placed.slice(1)) await touch('touchMove', place);
      await before?.();
      await touch('touchEnd');
    },
  };
}
