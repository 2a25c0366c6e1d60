import { readWaiting } from '../ledger/audit.ts';
import { Unreachable } from '../outside/http.ts';
import type { Outside, Settings } from '../outside/outside.ts';
import type { MachineFacts } from '../outside/state-machine.ts';
import { assessChaining } from './assess-chaining.ts';
import { assessClock } from './assess-clock.ts';
import { assessLimits, type Limits } from './assess-limits.ts';
import { assessRules, type RuleState, type WantedRule } from './assess-rules.ts';
import { assessStream, type StreamState } from './assess-stream.ts';
import { brief, type Check, type Found, openExamination } from './check.ts';
import { lookAtSecret } from './look-at-secret.ts';

/** What the installation needs looked at by others than the ledger, the blobs and the secrets. */
export interface InstallationTools {
  /** Absent on one machine, which has no identity of a cloud, no bus and no rules. */
  readonly deployed?: {
    readonly rules: (signal: AbortSignal) => Promise<readonly RuleState[]>;
    readonly wanted: readonly WantedRule[];
    readonly limits: (signal: AbortSignal) => Promise<Limits>;
    /** What calls `sendNotices`. */
    readonly streams: (signal: AbortSignal) => Promise<readonly StreamState[]>;
  };
  /** Who AWS takes us for, and what time its answer says it is. Absent where no cloud is asked anything. */
  readonly identity?: (
    signal: AbortSignal,
  ) => Promise<{ readonly arn: string; readonly account: string; readonly date: string | null }>;
  /** What Step Functions says of a machine; `undefined` when there is none. */
  readonly machine: (arn: string, signal: AbortSignal) => Promise<MachineFacts | undefined>;
  /** The versions of a machine that its alias `live` leads to; `undefined` when it has none. */
  readonly live: (arn: string, signal: AbortSignal) => Promise<readonly string[] | undefined>;
  /** Throws where the issuer that people sign in at is not what the settings say. */
  readonly lookAtIssuer: (issuer: string, signal: AbortSignal) => Promise<unknown>;
  /** The commit that the config branch is at. */
  readonly head: (signal: AbortSignal) => Promise<string>;
  readonly readConfig: (commit: string, signal: AbortSignal) => Promise<ReadConfig>;
  /** Whether a rollout of that commit was begun: the merge was reported to us. */
  readonly isReported: (commit: string) => Promise<boolean>;
  /** Regions whose scheduled probes have stopped, and how many should be there. */
  readonly probers: () => Promise<{ readonly silent: readonly string[]; readonly expected: number }>;
}

export type ReadConfig =
  | { readonly ok: true; readonly targets: readonly string[]; readonly secrets: readonly string[] }
  | { readonly ok: false; readonly problems: readonly string[] };

type InstallationOutside = Pick<Outside, 'clock' | 'ledger' | 'blobs' | 'secrets' | 'settings'>;

/** Secrets that are used where they are there. */
const optionalSecrets = ['alerts', 'tests', 'notify-slack', 'notify-webhook', 'notify-webhook-key', 'heartbeat'];

/**
 * Looks at everything that Tidegate itself stands on, from inside: with the identity and from the network it runs in. Writes one blob, always
 * the same. Returns the targets of the newest config too, as far as it can be read.
 */
export const diagnoseInstallation = async (
  tools: InstallationTools,
  outside: InstallationOutside,
  signal: AbortSignal,
): Promise<{ readonly checks: readonly Check[]; readonly targets: readonly string[] }> => {
  const { settings } = outside;
  const { checks, look } = openExamination(explainFailure);
  const { identity } = tools;
  const askedAt = outside.clock.now();
  const known = await look('identity', async () => {
    if (identity === undefined)
      return { status: 'skipped', found: 'this machine asks no cloud: its targets are found by a kubeconfig' };
    const value = await identity(signal);
    return { ...assessAccount(value, settings), value };
  });
  await look('clock', async () =>
    known === undefined
      ? { status: 'skipped', found: 'no server that knows the time was asked' }
      : assessClock(known.date, askedAt, outside.clock.now()),
  );
  const answers = await look('ledger', async () => {
    await outside.ledger.query('rollouts', { limit: 1, reverse: true });
    return { status: 'ok', found: 'answers', value: true };
  });
  await look('audit log', async () => {
    if (answers === undefined) return { status: 'skipped', found: 'the ledger was not read' };
    const [oldest] = await readWaiting(outside.ledger, { limit: 1 });
    return assessChaining(oldest?.entry.at, outside.clock.now());
  });
  await look('blobs', () => roundTrip(outside));
  for (const [name, arn] of Object.entries(settings.stateMachines)) {
    await look(`machine ${name}`, async () => assessMachine(arn, await tools.machine(arn, signal), settings));
  }
  await look('alias live', async () => assessAlias(await tools.live(settings.stateMachines.rollout, signal)));
  const { deployed } = tools;
  if (deployed) {
    await look('rules', async () => assessRules(deployed.wanted, await deployed.rules(signal)));
    await look('stream', async () => assessStream(await deployed.streams(signal)));
    await look('concurrency', async () => assessLimits(await deployed.limits(signal)));
  }
  await look('sign-in', async () => {
    if (settings.signIn === undefined)
      return { status: 'skipped', found: 'this instance has one owner, who holds its token' };
    const { issuer, clientId } = settings.signIn;
    await tools.lookAtIssuer(issuer, signal);
    const found = `${issuer} answers; ${clientId} has to be known there with the redirect address ${settings.console}/sign-in/callback`;
    return { status: 'ok', found };
  });
  const { name, branch, config } = settings.configRepository;
  const head = await look('repository', async () => {
    const value = await tools.head(signal);
    return { status: 'ok', found: `${name} can be read; ${branch} is at ${value.slice(0, 12)}`, value };
  });
  const read = await look(
    'config',
    async (): Promise<Found & { readonly value?: ReadConfig & { readonly ok: true } }> => {
      if (head === undefined) return { status: 'skipped', found: 'the repository was not read' };
      const value = await tools.readConfig(head, signal);
      if (value.ok) return { status: 'ok', found: `${config}: ${value.targets.length} targets`, value };
      const [first = 'it has mistakes', ...more] = value.problems;
      const found = brief(first) + (more.length === 0 ? '' : `; and ${more.length} more`);
      return { status: 'failed', found, next: 'tidegate check names every mistake', all: value.problems };
    },
  );
  await look('webhook', async () => {
    if (head === undefined) return { status: 'skipped', found: 'the repository was not read' };
    if (await tools.isReported(head)) return { status: 'ok', found: `the newest commit of ${branch} was reported` };
    return {
      status: 'warning',
      found: `the newest commit of ${branch} (${head.slice(0, 12)}) was never reported`,
      next: `let the webhook of ${name} post pushes and pull requests to ${settings.console}/hooks/merge with the secret ${settings.configRepository.webhookSecret}; if it was pushed before that, tidegate release HEAD`,
    };
  });
  const { tokenSecret, webhookSecret } = settings.configRepository;
  const needed = [tokenSecret, webhookSecret, ...(read?.secrets ?? [])].filter((each) => each !== undefined);
  for (const secret of [...new Set(needed)].sort())
    await look(`secret ${secret}`, () => lookAtSecret(secret, false, outside));
  for (const secret of optionalSecrets.filter((each) => !needed.includes(each)))
    await look(`secret ${secret}`, () => lookAtSecret(secret, true, outside));
  await look('schedules', async () => {
    const { silent, expected } = await tools.probers();
    if (expected === 0) return { status: 'skipped', found: 'nothing is verified yet that schedules would probe' };
    if (silent.length === 0) return { status: 'ok', found: 'every scheduled prober was heard within three minutes' };
    const next = `look at the function probeAvailability there, and into the queue FailedEvents (docs/operate.md)`;
    return { status: 'failed', found: `no scheduled probes from ${silent.join(', ')}`, next };
  });
  return { checks, targets: read?.targets ?? [] };
};

/** Whether we are in the account that the state machines are in, which simulated clouds need not be. */
const assessAccount = (
  { arn, account }: { readonly arn: string; readonly account: string },
  { simulated, stateMachines }: Pick<Settings, 'simulated' | 'stateMachines'>,
): Found => {
  const home = stateMachines.rollout.split(':')[4];
  if (simulated || account === home) return { status: 'ok', found: arn };
  return {
    status: 'failed',
    found: `${arn} is not of account ${home}, where the state machines are`,
    next: 'deploy again with serverless.yml, which sets both',
  };
};

const assessMachine = (
  arn: string,
  facts: MachineFacts | undefined,
  { dataReaders }: Pick<Settings, 'dataReaders'>,
): Found => {
  const next = 'deploy again with serverless.yml, which makes it';
  if (facts === undefined) return { status: 'failed', found: `there is no state machine ${arn}`, next };
  const { status, isEncrypted } = facts;
  if (status !== 'ACTIVE') return { status: 'failed', found: `is ${status}`, next };
  if (dataReaders === undefined || isEncrypted) return { status: 'ok', found: 'is there' };
  return {
    status: 'failed',
    found: `is there, and whoever may read executions reads those of private targets, although ${dataReaders} is named for that`,
    next: 'deploy again with --param=dataReaders, which encrypts its executions (resources/executions.yml)',
  };
};

/** By what rollouts are started: without it none begins, and between two versions nobody could say by which one. */
const assessAlias = (versions: readonly string[] | undefined): Found => {
  const [version, ...more] = versions ?? [];
  const next = 'deploy again with serverless.yml, which leads it to the version of that deployment';
  if (version === undefined)
    return {
      status: 'failed',
      found: `rollouts are started by it, and it ${versions === undefined ? 'is not there' : 'leads to no version'}`,
      next,
    };
  if (more.length === 0) return { status: 'ok', found: `rollouts begin by version ${version.split(':').at(-1)}` };
  return { status: 'warning', found: 'rollouts begin by either of two versions, as it happens', next };
};

/** Its digest is always the same, so that nothing grows by asking again. */
const trial = new TextEncoder().encode('tidegate doctor\n');

const roundTrip = async ({ blobs }: Pick<Outside, 'blobs'>): Promise<Found> => {
  const digest = await blobs.put(trial);
  const read = await blobs.get(digest);
  if (Buffer.compare(Buffer.from(read), Buffer.from(trial)) === 0)
    return { status: 'ok', found: 'takes a blob and gives it back' };
  return { status: 'failed', found: 'gives back another blob than it took', next: 'look at what else writes there' };
};

/** What nobody could do about by looking at the message alone. */
const nexts: Readonly<Record<string, string>> = {
  ledger: 'see that the role of this function may read the table, and that the table is there',
  blobs:
    'see that the role of this function may write and read the bucket, and use the key (s3 and kms in resources/policies.yml)',
  identity: 'see that what this runs in reaches sts of its own region: in a VPC that takes an endpoint',
  machine: 'see that the role of this function may describe the state machines (states in resources/policies.yml)',
  alias: 'see that the role of this function may describe the alias (states in resources/policies.yml)',
  concurrency:
    'see that the role of this function may ask for the settings of the account, and of its own functions (lambda in resources/policies.yml), and reaches Lambda',
  stream:
    'see that the role of this function may list event source mappings (lambda in resources/policies.yml), and reaches Lambda',
  rules: 'see that the role of this function may list and describe rules (events in resources/policies.yml)',
};

/** What a failure of our own parts means: refused is failed, no answer is failed, being asked to slow down says nothing. Pure. */
const explainFailure = (check: string, error: unknown): Found | undefined => {
  if (!(error instanceof Error)) return undefined;
  const found = brief(error.message);
  const { name } = error;
  if (name === 'Throttled' || name === 'ConfigRepositoryUnavailable') {
    return { status: 'unknown', found, next: 'run it again in a minute' };
  }
  // A missing or unreadable secret says itself where it has to be.
  if (name === 'SecretMissing' || name === 'SecretRefused') return { status: 'failed', found };
  if (name === 'ConfigRepositoryRefused' || name === 'ConfigRefused') return { status: 'failed', found };
  if (name === 'IssuerUnreadable') return { status: 'failed', found };
  if (error instanceof Unreachable) {
    return { status: 'failed', found, next: 'see that what this runs in reaches it: name server, route, firewall' };
  }
  const next = nexts[check.split(' ')[0] ?? ''];
  return next === undefined ? undefined : { status: 'failed', found: `${name}: ${found}`, next };
};
