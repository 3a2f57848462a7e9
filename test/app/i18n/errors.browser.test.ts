import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { errorCatalogue } from '../../../src/core/errors.ts';
import { remedyOf, titleOf, translateErrors } from '../../../src/app/i18n/errors.ts';
import { languageChoice } from '../../../src/app/i18n/language.ts';
import { errors as chinese } from '../../../src/app/i18n/zh-CN/errors.ts';
import { eventually } from '../../eventually.ts';

describe('errors', () => {
  let stop: () => void;
  beforeEach(() => {
    stop = translateErrors();
  });
  afterEach(() => {
    stop();
    languageChoice.value = 'system';
  });

  it('are told in English as the catalogue has them', () => {
    languageChoice.value = 'en';
    expect(titleOf('Offline')).toBe(errorCatalogue.Offline.title);
    expect(remedyOf('Offline')).toBe(errorCatalogue.Offline.remedy);
  });

  it('are told in the reader’s language as soon as it is there, and in English again', async () => {
    languageChoice.value = 'zh-CN';
    await eventually(() => expect(titleOf('Offline')).toBe(chinese.Offline[0]));
    expect(remedyOf('Offline')).toBe(chinese.Offline[1]);
    languageChoice.value = 'en';
    expect(titleOf('Offline')).toBe(errorCatalogue.Offline.title);
  });
});
