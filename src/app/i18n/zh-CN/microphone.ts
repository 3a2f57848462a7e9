// What there is of sounds and not of photos.
import type { Translation } from '../translator.ts';
import type { microphone as en } from '../en/microphone.ts';

export const microphone: Translation<typeof en> = {
  level: '音量',
  decibels: '{level} dB',
  play: '播放这一秒',
  loudest: '这段声音中最响的一秒。',
};
