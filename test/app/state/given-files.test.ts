import { expect, test } from 'vitest';
import { byFolder, type GivenFile, isShownFile, isZip } from '../../../src/app/state/given-files.ts';

const given = (path: string, type = 'image/jpeg'): GivenFile => ({
  path,
  file: new File([], path.split('/').at(-1)!, { type }),
});

test('a folder is a class by its own name, however deep it lies', () => {
  const groups = byFolder('photo', [
    given('fruit/apple/1.jpg'),
    given('fruit/pear/old/2.jpg'),
    given('3.jpg'),
  ]);
  expect([...groups.keys()]).toEqual(['apple', 'old', '']);
});

test('what is no photo, hidden, or left by an archiver is passed over', () => {
  const groups = byFolder('photo', [
    given('a/labels.csv', 'text/csv'),
    given('a/.DS_Store.jpg'),
    given('__MACOSX/a/1.jpg'),
    given('.thumbs/1.jpg'),
    given('a/2.HEIC', ''),
  ]);
  expect([...groups].map(([folder, files]) => [folder, files.map(({ path }) => path)])).toEqual([
    ['a', ['a/2.HEIC']],
  ]);
});

test('a project of sounds is given sounds, by their type or their name', () => {
  const groups = byFolder('sound', [
    given('claps/1.wav', ''),
    given('claps/2', 'audio/x-m4a'),
    given('claps/cover.jpg'),
    given('birds/3.OPUS', ''),
  ]);
  expect([...groups].map(([folder, files]) => [folder, files.length])).toEqual([
    ['claps', 2],
    ['birds', 1],
  ]);
});

test('a project of rows is given tables, by their type or their name', () => {
  const isTable = (path: string, type?: string) => isShownFile('row', given(path, type));
  expect([isTable('a.CSV', ''), isTable('a.tsv', ''), isTable('readings', 'text/csv')]).toEqual([
    true,
    true,
    true,
  ]);
  expect([isTable('a.jpg'), isTable('a.zip', 'application/zip'), isTable('a.wav', '')]).toEqual([
    false,
    false,
    false,
  ]);
});

test('a zip is known by its name where the system says no type', () => {
  expect(isZip(given('photos.ZIP', ''))).toBe(true);
  expect(isZip(given('photos.jpg'))).toBe(false);
});
