// How pictures are shown to what is taught or asked, by the camera or by drawing: chosen once, it stays for the session.
import { effect, signal } from '@preact/signals';

export type PictureWay = 'camera' | 'drawing';

const key = 'haversack.picture-way';

export const pictureWay = signal<PictureWay>(read());
effect(() => {
  try {
    sessionStorage.setItem(key, pictureWay.value);
  } catch {
    // Where the browser keeps nothing it lasts as long as the page.
  }
});

function read(): PictureWay {
  try {
    return sessionStorage.getItem(key) === 'drawing' ? 'drawing' : 'camera';
  } catch {
    return 'camera';
  }
}
