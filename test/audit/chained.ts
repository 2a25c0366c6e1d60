import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileAnchor } from '../../local/anchor-file.ts';
import { chainAudit } from '../../shared/audit/chain-audit.ts';
import { secretSigner } from '../../shared/audit/signing.ts';
import { recordEvent } from '../../shared/ledger/events.ts';
import { setHold } from '../../shared/ledger/holds.ts';
import type { Ledger } from '../../shared/ledger/ledger.ts';
import { openSqliteLedger } from '../../shared/ledger/sqlite.ts';
import { seededRandom } from '../../shared/outside/random.ts';
import { Secret, type Secrets } from '../../shared/secrets/secrets.ts';
import { handClock } from '../ledger/contract.ts';
import { memoryFolder } from '../memory-folder.ts';

export const minute = 60_000;

/** Secrets of which each is this one: 64 digits of a seed. */
export const seedSecret = (digit: string): Secrets => ({ get: async () => new Secret(digit.repeat(64)) });

/** A ledger in which things were done, each minute some, and the way to chain them. */
export const openAudit = (wrapped: (ledger: Ledger) => Ledger = (ledger) => ledger) => {
  const dir = memoryFolder('tidegate-audit-');
  const clock = handClock(Date.parse('2026-03-02T09:00:00Z'));
  const file = join(dir, 'ledger.sqlite');
  const bare = openSqliteLedger(file, clock);
  const ledger = wrapped(bare);
  const anchor = fileAnchor(join(dir, 'heads.jsonl'));
  const tools = { signer: secretSigner(seedSecret('1')), anchor };
  const outside = { ledger, clock, random: seededRandom('audit') };
  const story = {
    dir,
    file,
    clock,
    ledger,
    bare,
    anchor,
    tools,
    outside,
    chain: (given = tools) => chainAudit(given, outside, { deadline: clock.now() + 50_000 }),
    /** Something of a rollout, one minute after what was before. */
    event: async (text: string, target?: string): Promise<void> => {
      clock.move(minute);
      const about = target === undefined ? {} : { target };
      await recordEvent(ledger, 'ro-1', text, { at: clock.now(), kind: 'deployment', wave: 'w', text, ...about });
    },
    freeze: async (name: string): Promise<void> => {
      clock.move(minute);
      const what = { kind: 'freeze', scope: 'target', name } as const;
      await setHold(ledger, { ...what, by: 'ana', because: 'upgrade', at: clock.now(), allowsRollback: true });
    },
    close: () => {
      bare.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
  return story;
};
