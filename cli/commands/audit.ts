import { resolve } from 'node:path';
import type { AuditView } from '../../console/views/audit.ts';
import type { Evidence } from '../../shared/audit/evidence.ts';
import type { Head } from '../../shared/audit/link.ts';
import { KeyUnreadable } from '../../shared/audit/signing.ts';
import { type Verification, verifyAudit } from '../../shared/audit/verify-audit.ts';
import { utcTime } from '../../shared/rollout/utc-time.ts';
import { fetchEvidence, readExport, readHeads, readPublicKeys, writeExport } from '../audit-evidence.ts';
import { auditLine, verificationLines } from '../audit-lines.ts';
import { type Cli, type Options, type Run, textOption } from '../command.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { badInput } from '../stop.ts';

/** Lists what was done, keeps all of it in a file, or verifies its chain here, without asking the instance whether it is fine. */
export const run: Run = async ([what], options, cli) => {
  if (what === 'verify') return verify(options, cli);
  if (what !== undefined) throw badInput(`audit ${what}: expected nothing, or verify`);
  const file = textOption(options, 'export');
  if (file === undefined) return list(options, cli);
  const evidence = await fetchEvidence(await cli.connect());
  writeExport(resolve(cli.terminal.directory, file), evidence);
  cli.terminal.say(`${file}: ${evidence.links.length} links; verify it with: tidegate audit verify --file ${file}`);
  return exitCodes.done;
};

/** So many without `--since`. */
const newest = 100;

const list = async (options: Options, { terminal, json, connect }: Cli): Promise<ExitCode> => {
  const since = textOption(options, 'since');
  const from = since === undefined ? undefined : timeOption(since, terminal.clock.now());
  const client = await connect();
  let told = 0;
  for (let before: number | undefined = 0; before !== undefined; ) {
    const query = new URLSearchParams();
    for (const name of ['actor', 'target', 'rollout']) {
      const value = textOption(options, name);
      if (value !== undefined) query.set(name, value);
    }
    if (from !== undefined) query.set('since', new Date(from).toISOString());
    if (before > 0) query.set('before', String(before));
    const view: AuditView = await client.view<AuditView>(`/audit.json?${query}`);
    const entries = from === undefined ? view.entries.slice(0, newest - told) : view.entries;
    for (const entry of entries) terminal.out(json ? JSON.stringify(entry) : auditLine(entry, terminal.style));
    told += entries.length;
    before = from === undefined && told >= newest ? undefined : view.older;
  }
  if (told === 0) terminal.say('nothing of this kind was done');
  return exitCodes.done;
};

const units: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `12h` ago, or a time, in UTC where it names no zone. Throws `Stop`. */
const timeOption = (text: string, now: number): number => {
  const [, count, unit = ''] = /^([1-9]\d{0,4})([mhd])$/.exec(text) ?? [];
  const at = count === undefined ? utcTime(text) : now - Number(count) * (units[unit] ?? 0);
  if (at !== undefined) return at;
  throw badInput(`--since ${text}: expected how long ago, as 12h or 7d, or a time, as 2026-03-01T12:00:00Z`);
};

const exits: Readonly<Record<Verification['outcome'], ExitCode>> = {
  whole: exitCodes.done,
  damaged: exitCodes.notGood,
  nothing: exitCodes.partial,
};

const verify = async (options: Options, { terminal, json, connect }: Cli): Promise<ExitCode> => {
  const pathOf = (name: string): string | undefined => {
    const given = textOption(options, name);
    return given === undefined ? undefined : resolve(terminal.directory, given);
  };
  const [file, heads, key] = [pathOf('file'), pathOf('heads'), pathOf('key')];
  const pinned = key === undefined ? undefined : readPublicKeys(key);
  const kept = heads === undefined ? undefined : readHeads(heads);
  const given = file === undefined ? await fetchEvidence(await connect()) : readExport(file);
  // Those that somebody keeps count beside those that the instance names, which may name fewer.
  const evidence: Evidence = kept === undefined ? given : { ...given, heads: union(given.heads, kept) };
  const verification = judged(evidence, pinned, key ?? file ?? 'the instance');
  if (json) {
    const { findings, ...rest } = verification;
    for (const finding of findings) terminal.out(JSON.stringify({ finding }));
    terminal.out(JSON.stringify({ verification: { ...rest, findings: findings.length } }));
  } else for (const line of verificationLines(verification, terminal.style)) terminal.out(line);
  return exits[verification.outcome];
};

const union = (given: readonly Head[], kept: readonly Head[]): Evidence['heads'] => {
  const known = new Set(given.map(({ sequence, link }) => `${sequence} ${link}`));
  return [...given, ...kept.filter(({ sequence, link }) => !known.has(`${sequence} ${link}`))];
};

const judged = (evidence: Evidence, pinned: readonly string[] | undefined, where: string): Verification => {
  try {
    return verifyAudit(evidence, pinned);
  } catch (error) {
    if (error instanceof KeyUnreadable) throw badInput(`${where}: a key that links are signed with: ${error.message}`);
    throw error;
  }
};
