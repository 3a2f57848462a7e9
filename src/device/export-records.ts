// Kept predictions as other programs read them: CSV, GeoJSON, and a zip with the photos. Where somebody was goes along only
// where that is wanted.
import Papa from 'papaparse';
import { guarded } from '../core/data/formula-guard.ts';
import type { Database } from './db.ts';
import type { RecordRow } from './project-schemas.ts';
import { isCorrected, labelOf, readRecordPhoto } from './records.ts';
import { type PackedFile, zipBlob } from './zip-blob.ts';

export interface ExportOptions {
  /** Whether places go along. */
  readonly withPlace: boolean;
}

const columns = [
  'id',
  'time',
  'model',
  'version',
  'answer',
  'probability',
  'correction',
  'label',
  'photo',
] as const;
const placeColumns = ['latitude', 'longitude', 'accuracy_m'] as const;

/**
 * RFC 4180, with a header. `label` is what it is as far as is known: as corrected, else as answered. What is not known is
 * empty. Text that a spreadsheet would take for a formula has an apostrophe before it.
 */
export function recordsAsCsv(records: readonly RecordRow[], { withPlace }: ExportOptions): Blob {
  const header = withPlace ? [...columns, ...placeColumns] : columns;
  const rows = records.map(record => {
    const cells = factsOf(record);
    const { place } = record;
    return [
      ...columns.map(name => cells[name]),
      ...(withPlace ? [place?.latitude, place?.longitude, place?.accuracy] : []),
    ].map(cell => (typeof cell === 'string' ? guarded(cell) : cellOf(cell)));
  });
  const text = Papa.unparse([header, ...rows], { newline: '\r\n' });
  return new Blob([text, '\r\n'], { type: 'text/csv' });
}

/** RFC 7946. Without a place, or where places do not go along, a feature's geometry is null (section 3.2). */
export function recordsAsGeoJson(records: readonly RecordRow[], { withPlace }: ExportOptions): Blob {
  const features = records.map(record => {
    const { id, ...properties } = factsOf(record);
    const place = withPlace ? record.place : null;
    return {
      type: 'Feature',
      id,
      // Longitude comes first (section 3.1.1).
      geometry: place && { type: 'Point', coordinates: [place.longitude, place.latitude] },
      properties: {
        ...properties,
        probabilities: record.answer.probabilities,
        ...(place && { accuracy_m: place.accuracy }),
      },
    };
  });
  return new Blob([JSON.stringify({ type: 'FeatureCollection', features })], {
    type: 'application/geo+json',
  });
}

/** `records.csv`, `records.geojson`, and the photos by the records' ids. */
export function recordsAsZip(
  db: Database,
  records: readonly RecordRow[],
  options: ExportOptions,
): Promise<Blob> {
  return zipBlob(packed(db, records, options));
}

async function* packed(
  db: Database,
  records: readonly RecordRow[],
  options: ExportOptions,
): AsyncGenerator<PackedFile> {
  const at = new Date();
  const whole = { 'records.csv': recordsAsCsv, 'records.geojson': recordsAsGeoJson };
  for (const [path, write] of Object.entries(whole)) {
    yield { path, bytes: await bytesOf(write(records, options)), at };
  }
  for (const record of records) {
    const photo = record.photo && (await readRecordPhoto(db, record.id));
    if (photo) yield { path: photoPath(record), bytes: await bytesOf(photo), at: new Date(record.at) };
  }
}

function factsOf(record: RecordRow) {
  const { id, at, model, version, answer, truth } = record;
  return {
    id,
    time: at,
    model,
    version,
    answer: answer.label,
    probability: answer.probabilities && Math.max(...answer.probabilities),
    correction: isCorrected(record) ? truth : null,
    label: labelOf(record),
    photo: record.photo && photoPath(record),
  };
}

function photoPath({ id }: RecordRow): string {
  return `photos/${id}.jpg`;
}

function cellOf(cell: number | null | undefined): string {
  return cell === null || cell === undefined ? '' : String(cell);
}

async function bytesOf(blob: Blob): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await blob.arrayBuffer());
}
