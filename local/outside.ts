import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expireFolder, folderBlobs } from '../shared/blobs/folder.ts';
import { withRetention } from '../shared/ledger/retention.ts';
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
import { blobDays } from '../shared/retention/keep-blobs.ts';
import { fileSecrets } from '../shared/secrets/file.ts';
import { fileAnchor } from './anchor-file.ts';

/** The file of an instance that the heads of its audit log are in. */
const auditHeads = 'audit-heads.jsonl';

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
  /** Reads kubeconfigs and what they name; from the disk without it. */
  readonly readFile?: (path: string) => Promise<string>;
}

export interface LocalOutside extends Outside {
  /** Removes what is past its time: rows of the ledger, and blobs that nobody has put for `blobDays`. */
  sweep(): void;
  /** Ends the ledger. */
  close(): void;
}

/** What is outside on one machine: everything kept in `dir`. */
export const localOutside = (dir: string, mode: Mode, identity: AwsIdentity, settings: Settings): LocalOutside => {
  const ledger = openSqliteLedger(join(dir, 'ledger.sqlite'), mode.clock);
  const blobs = join(dir, 'blobs');
  return {
    ...mode,
    ledger: withRetention(ledger, mode.clock),
    blobs: folderBlobs(blobs, mode.clock),
    secrets: fileSecrets(join(dir, 'secrets')),
    identity,
    anchor: fileAnchor(join(dir, auditHeads)),
    readFile: mode.readFile ?? (async (path) => readFileSync(path, 'utf8')),
    settings,
    sweep: () => {
      ledger.sweep();
      expireFolder(blobs, mode.clock.now() - blobDays * 24 * 3_600_000);
    },
    close: () => ledger.close(),
  };
};
