import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { folderBlobs } from '../shared/blobs/folder.ts';
import { openSqliteLedger } from '../shared/ledger/sqlite.ts';
import type { AwsIdentity } from '../shared/outside/aws-identity.ts';
import type { Clock } from '../shared/outside/clock.ts';
import type { Dial } from '../shared/outside/dial.ts';
import type { Http } from '../shared/outside/http.ts';
import type { Log } from '../shared/outside/log.ts';
import type { Lookup } from '../shared/outside/lookup.ts';
import type { Outside, Settings } from '../shared/outside/outside.ts';
import type { Random } from '../shared/outside/random.ts';
import type { Evaluate } from '../shared/render/jsonnet.ts';
import { fileSecrets } from '../shared/secrets/file.ts';

/** What differs between the real and the virtual mode of one machine. */
export interface Mode {
  readonly clock: Clock;
  readonly random: Random;
  readonly http: Http;
  readonly dial: Dial;
  /** Absent where nothing may leave this machine. */
  readonly lookup?: Lookup;
  readonly jsonnet: Evaluate;
  readonly log: Log;
}

/** What is outside on one machine: everything kept in `dir`. `close` ends the ledger. */
export const localOutside = (
  dir: string,
  mode: Mode,
  identity: AwsIdentity,
  settings: Settings,
): Outside & { readonly close: () => void } => {
  const ledger = openSqliteLedger(join(dir, 'ledger.sqlite'), mode.clock);
  return {
    ...mode,
    ledger,
    blobs: folderBlobs(join(dir, 'blobs')),
    secrets: fileSecrets(join(dir, 'secrets')),
    identity,
    readFile: async (path) => readFileSync(path, 'utf8'),
    settings,
    close: () => ledger.close(),
  };
};
