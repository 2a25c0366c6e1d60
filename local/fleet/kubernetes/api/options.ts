import { type Requester, systemRequester } from '../admission/attempt.ts';
import type { JsonObject } from '../object.ts';
import { invalid } from './status-error.ts';
import type { WriteAs } from './write-as.ts';

export interface WriteOptions {
  /** Who writes: `fieldManager`, else the user agent's product. */
  readonly manager: string;
  readonly dryRun: boolean;
  readonly force: boolean;
  readonly fieldValidation: 'Strict' | 'Warn' | 'Ignore';
  readonly requester: Requester;
}

/** How a write by these options is carried out. */
export const writeAs = ({ manager, dryRun, requester }: WriteOptions, subresource: string): WriteAs => ({
  manager,
  dryRun,
  subresource,
  requester,
});

const unsupported = (kind: string, field: string, value: string, supported: string) => {
  const message = `Unsupported value: ${value}: supported values: ${supported}`;
  return invalid({ group: 'meta.k8s.io', kind }, '', [{ reason: 'FieldValueNotSupported', field, message }]);
};

/** The query of a write. `kind` is the options object it stands for: `PatchOptions`. Throws a 422 StatusError. */
export const writeOptions = (
  query: URLSearchParams,
  userAgent: string,
  kind: string,
  told: Pick<Requester, 'warn' | 'delay'>,
): WriteOptions => {
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
    requester: { ...client, options: admissionOptions(manager, dryRun.length > 0, validation), ...told },
  };
};

/** Nobody is asked here who he is: whoever reaches this server may do everything. */
export const client: Pick<Requester, 'username' | 'groups'> = { username: 'simulated', groups: systemRequester.groups };

const admissionOptions = (fieldManager: string, dryRun: boolean, fieldValidation: string): JsonObject => ({
  apiVersion: 'meta.k8s.io/v1',
  ...(dryRun ? { dryRun: ['All'] } : {}),
  ...(fieldManager === '' ? {} : { fieldManager }),
  ...(fieldValidation === '' ? {} : { fieldValidation }),
});
