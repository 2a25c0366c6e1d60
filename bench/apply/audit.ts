import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What the API server itself says was asked of it. */
export interface Audit {
  /** For the API server, so that it keeps the log. */
  readonly flags: readonly string[];
  /** Requests by verb since the last call: `4 list, 1 patch, 2 discovery`. Everything that reads no resource is discovery. */
  calls(): Readonly<Record<string, number>>;
}

interface Entry {
  readonly verb: string;
  readonly requestURI: string;
  readonly user: { readonly username: string };
  readonly objectRef?: object;
}

export const keepAudit = (folder: string): Audit => {
  mkdirSync(folder, { recursive: true });
  const policy = join(folder, 'policy.yaml');
  const log = join(folder, 'audit.log');
  writeFileSync(
    policy,
    'apiVersion: audit.k8s.io/v1\nkind: Policy\nomitStages: [RequestReceived]\nrules: [{level: Metadata}]\n',
  );
  writeFileSync(log, '');
  let from = 0;
  return {
    flags: [`--audit-policy-file=${policy}`, `--audit-log-path=${log}`, '--audit-log-mode=blocking'],
    calls: () => {
      const { size } = statSync(log);
      const text = readFileSync(log).subarray(from, size).toString('utf8');
      from = size;
      const counts: Record<string, number> = {};
      for (const line of text.split('\n').filter((each) => each !== '')) {
        const { verb, requestURI, user, objectRef } = JSON.parse(line) as Entry;
        // The server asks itself too; all that is measured comes as its administrator.
        if (user.username !== 'admin') continue;
        const isTried = requestURI.includes('dryRun=All');
        const what = objectRef === undefined ? 'discovery' : isTried ? `${verb} (dry run)` : verb;
        counts[what] = (counts[what] ?? 0) + 1;
      }
      return counts;
    },
  };
};

export const spokenCalls = (calls: Readonly<Record<string, number>>): string =>
  Object.entries(calls)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([verb, times]) => `${times} ${verb}`)
    .join(', ') || '–';
