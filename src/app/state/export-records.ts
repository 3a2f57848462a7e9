// Records as files to take away.
import { toFailure } from '../../core/errors.ts';
import {
  type ExportOptions,
  recordsAsCsv,
  recordsAsGeoJson,
  recordsAsZip,
} from '../../device/export-records.ts';
import type { RecordRow } from '../../device/project-schemas.ts';
import { saveFile } from '../parts/save-file.ts';
import { errorToast } from './error-toast.ts';
import { need } from './services.ts';

export type RecordFormat = 'csv' | 'geojson' | 'zip';

/** Hands the file to the browser; says what went wrong. */
export async function exportRecords(
  records: readonly RecordRow[],
  format: RecordFormat,
  withPlace: boolean,
): Promise<void> {
  try {
    saveFile(`records.${format}`, await written(records, format, { withPlace }));
  } catch (thrown) {
    errorToast(toFailure(thrown));
  }
}

async function written(
  records: readonly RecordRow[],
  format: RecordFormat,
  options: ExportOptions,
): Promise<Blob> {
  switch (format) {
    case 'csv':
      return recordsAsCsv(records, options);
    case 'geojson':
      return recordsAsGeoJson(records, options);
    case 'zip':
      return recordsAsZip(need().db, records, options);
  }
}
