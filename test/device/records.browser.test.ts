import { unzipSync } from 'fflate';
import { expect, test } from 'vitest';
import { parseTable } from '../../src/core/data/table.ts';
import { type Change, onChanges } from '../../src/device/changes.ts';
import { recordsAsCsv, recordsAsGeoJson, recordsAsZip } from '../../src/device/export-records.ts';
import {
  correctRecord,
  keepRecord,
  listRecords,
  type NewRecord,
  readRecordPhoto,
  removeRecord,
  restoreRecord,
} from '../../src/device/records.ts';
import { storeUsage } from '../../src/device/usage.ts';
import { freshDB } from './fresh-db.ts';

const photo = new Uint8Array([0xff, 0xd8, 0xff, 0xd9]);

function record(given: Partial<NewRecord> = {}): NewRecord {
  return {
    model: 'leaves',
    version: 2,
    candidate: null,
    answer: { label: 'oak', probabilities: [0.75, 0.25] },
    truth: null,
    place: null,
    photo,
    at: new Date('2026-05-01T10:00:00Z'),
    ...given,
  };
}

const berlin = { latitude: 52.52, longitude: -13.405, accuracy: 12 };

test('records are kept, and found by model, time, label, correction and doubt', async () => {
  const { db, reopen } = await freshDB();
  const sure = await keepRecord(db, record());
  const wrong = await keepRecord(db, record({ truth: 'beech', at: new Date('2026-05-02T10:00:00Z') }));
  const doubt = { label: null, probabilities: [0.5, 0.5] };
  const unsure = await keepRecord(db, record({ answer: doubt, at: new Date('2026-05-03T10:00:00Z') }));
  const other = await keepRecord(db, record({ model: 'birds', photo: null }));
  const again = await reopen();
  const found = async (filter: Parameters<typeof listRecords>[1]) =>
    (await listRecords(again, filter)).map(({ id }) => id);
  expect(await found({ model: 'leaves' })).toEqual([unsure.id, wrong.id, sure.id]);
  expect(await found({ since: new Date('2026-05-02T10:00:00Z') })).toEqual([unsure.id, wrong.id]);
  expect(await found({ model: 'leaves', until: new Date('2026-05-02T10:00:00Z') })).toEqual([sure.id]);
  expect(await found({ label: 'beech' })).toEqual([wrong.id]);
  expect((await found({ label: 'oak' })).sort()).toEqual([sure.id, other.id].sort());
  expect(await found({ corrected: true })).toEqual([wrong.id]);
  expect(await found({ model: 'leaves', corrected: false })).toEqual([unsure.id, sure.id]);
  expect(await found({ notSure: true })).toEqual([unsure.id]);
  expect((await storeUsage(again)).shown.recordBytes).toBe(3 * photo.length);
});

test('a record is corrected and taken back, removed and put back with its photo', async () => {
  const { db } = await freshDB();
  const { id } = await keepRecord(db, record());
  const heard: Change[] = [];
  const stop = onChanges(change => heard.push(change));
  expect(await correctRecord(db, id, 'beech')).toBeNull();
  stop();
  expect(heard).toEqual([{ type: 'records', model: 'leaves' }]);
  const [corrected] = await listRecords(db);
  expect(corrected!.truth).toBe('beech');
  const removed = await removeRecord(db, id);
  expect(await listRecords(db)).toEqual([]);
  expect(await readRecordPhoto(db, id)).toBeNull();
  await restoreRecord(db, removed!);
  expect(await listRecords(db)).toEqual([corrected]);
  expect(new Uint8Array(await (await readRecordPhoto(db, id))!.arrayBuffer())).toEqual(photo);
  expect(await correctRecord(db, id, null)).toBe('beech');
  await expect(correctRecord(db, crypto.randomUUID(), 'x')).rejects.toMatchObject({ code: 'NotFound' });
  expect(await removeRecord(db, crypto.randomUUID())).toBeNull();
});

test('a place that is none is refused', async () => {
  const { db } = await freshDB();
  const place = { ...berlin, latitude: 91 };
  await expect(keepRecord(db, record({ place }))).rejects.toMatchObject({ code: 'InputInvalid' });
  expect(await listRecords(db)).toEqual([]);
});

test('as CSV: RFC 4180, with places only where they are wanted, and no formulas', async () => {
  const { db } = await freshDB();
  await keepRecord(db, record({ place: berlin, truth: '=1+1, "so"\nit is' }));
  const [kept] = await listRecords(db);
  const without = await recordsAsCsv([kept!], { withPlace: false }).text();
  expect(without).toBe(
    'id,time,model,version,answer,probability,correction,label,photo\r\n' +
      `${kept!.id},2026-05-01T10:00:00.000Z,leaves,2,oak,0.75,` +
      `"'=1+1, ""so""\nit is","'=1+1, ""so""\nit is",photos/${kept!.id}.jpg\r\n`,
  );
  const table = parseTable(await recordsAsCsv([kept!], { withPlace: true }).text());
  expect(table.columns.slice(-3)).toEqual(['latitude', 'longitude', 'accuracy_m']);
  expect(table.rows[0]!.slice(-3)).toEqual(['52.52', '-13.405', '12']);
});

test('as GeoJSON: RFC 7946, longitude first, geometry null without a place or where it is not wanted', async () => {
  const { db } = await freshDB();
  await keepRecord(db, record({ place: berlin }));
  await keepRecord(db, record({ photo: null, version: null, candidate: 'c'.repeat(64), at: new Date(0) }));
  const records = await listRecords(db);
  const asked = async (withPlace: boolean) =>
    JSON.parse(await recordsAsGeoJson(records, { withPlace }).text()) as unknown;
  expect(await asked(true)).toMatchObject({
    type: 'FeatureCollection',
    features: [
      {
        type: 'Feature',
        id: records[0]!.id,
        geometry: { type: 'Point', coordinates: [-13.405, 52.52] },
        properties: { label: 'oak', answer: 'oak', correction: null, accuracy_m: 12, version: 2 },
      },
      { geometry: null, properties: { photo: null, version: null, time: '1970-01-01T00:00:00.000Z' } },
    ],
  });
  const stripped = await recordsAsGeoJson(records, { withPlace: false }).text();
  expect(stripped).not.toContain('13.405');
  expect(await asked(false)).toMatchObject({ features: [{ geometry: null }, { geometry: null }] });
});

test('as a zip: both tables and the photos, in which no place is left', async () => {
  const { db } = await freshDB();
  const { id } = await keepRecord(db, record({ place: berlin }));
  await keepRecord(db, record({ photo: null }));
  const zip = await recordsAsZip(db, await listRecords(db), { withPlace: false });
  const files = unzipSync(new Uint8Array(await zip.arrayBuffer()));
  expect(Object.keys(files).sort()).toEqual([`photos/${id}.jpg`, 'records.csv', 'records.geojson']);
  expect(files[`photos/${id}.jpg`]).toEqual(photo);
  for (const name of ['records.csv', 'records.geojson'])
    expect(new TextDecoder().decode(files[name])).not.toContain('13.405');
});
