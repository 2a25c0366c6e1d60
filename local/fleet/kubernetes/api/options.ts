import { invalid } from './status-error.ts';

export interface WriteOptions {
  /** Who writes: `fieldManager`, else the user agent's product. */
  readonly manager: string;
  readonly dryRun: boolean;
  readonly force: boolean;
  readonly fieldValidation: 'Strict' | 'Warn' | 'Ignore';
}

const unsupported = (kind: string, field: string, value: string, supported: string) => {
  const message = `Unsupported value: ${value}: supported values: ${supported}`;
  return invalid({ group: 'meta.k8s.io', kind }, '', [{ reason: 'FieldValueNotSupported', field, message }]);
};

/** The query of a write. `kind` is the options object it stands for: `PatchOptions`. Throws a 422 StatusError. */
export const writeOptions = (query: URLSearchParams, userAgent: string, kind: string): WriteOptions => {
  const dryRun = query.getAll('dryRun').filter((value) => value !== '');
  if (dryRun.some((value) => value !== 'All')) throw unsupported(kind, 'dryRun', JSON.stringify(dryRun), '"All"');
  const validation = query.get('fieldValidation') ?? '';
  if (!['', 'Strict', 'Warn', 'Ignore'].includes(validation)) {
    throw unsupported(kind, 'fieldValidation', JSON.stringify(validation), '"", "Ignore", "Strict", "Warn"');
  }
  const manager = query.get('fieldManager') ?? '';
  return {
    manager: manager !== '' ? manager : (userAgent.split('/', 1)[0] ?? '').slice(0, 128) || 'unknown',
    dryRun: dryRun.length > 0,
    force: query.get('force') === 'true',
    fieldValidation: validation === 'Strict' || validation === 'Ignore' ? validation : 'Warn',
  };
};
