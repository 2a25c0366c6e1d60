import type { NeededRight } from '../apply/needed-rights.ts';
import type { Cluster, ClusterEndpoint, ResolvedTarget } from '../clouds/cluster.ts';
import type { Credential } from '../clouds/credential.ts';
import { assessAddress } from '../outside/address.ts';
import type { Dialled } from '../outside/dial.ts';
import { Unreachable } from '../outside/http.ts';
import type { Outside } from '../outside/outside.ts';
import type { Target } from '../rollout/target.ts';
import { assessClock } from './assess-clock.ts';
import { assessRights } from './assess-rights.ts';
import { assessCertificate, assessVersion } from './assess-server.ts';
import { type Check, type Found, openExamination } from './check.ts';
import { explainHop, type WayFacts } from './explain-hop.ts';
import { lookAtSecret } from './look-at-secret.ts';
import { jsonOf, readRights, whoAmI } from './reviews.ts';

/** How a target is found and opened, and what a deployment would ask of it. */
export interface TargetTools {
  readonly resolve: (target: Target, signal: AbortSignal) => Promise<ClusterEndpoint>;
  readonly mint: (target: Target, signal: AbortSignal) => Promise<Credential>;
  /** Opens the cluster with that credential and no other. */
  readonly open: (target: ResolvedTarget, credential: Credential) => Cluster;
  /** Private ranges that may be connected to for it. */
  readonly rangesOf: (target: ResolvedTarget) => readonly string[];
  /** What the commit that would be released next asks of it. Throws what rendering and discovery throw. */
  readonly neededRights: (target: Target, cluster: Cluster, signal: AbortSignal) => Promise<readonly NeededRight[]>;
  /** Whether the API server refuses stale writers. Reads only. */
  readonly fence: (target: Target, cluster: Cluster, signal: AbortSignal) => Promise<Found>;
}

type TargetOutside = Pick<Outside, 'clock' | 'dial' | 'lookup' | 'secrets' | 'settings'>;

/** What one hop may take; a connection that is filtered away says nothing, ever. */
const hopMs = 8_000;

/**
 * Goes the way to a target's API server hop by hop, as the identity that deploys to it, and asks what it may do there. Writes nothing (the
 * reviews it posts are questions that are not stored). The first hop that fails ends the way; what lies behind is skipped. Before that it
 * looks at the secret of a private target's own channel: here, where only those are told of it who may see the target.
 */
export const diagnoseTarget = async (
  target: Target,
  tools: TargetTools,
  outside: TargetOutside,
  signal: AbortSignal,
): Promise<readonly Check[]> => {
  let facts: WayFacts = { target };
  const { checks, look } = openExamination((hop, error) => explainHop(hop, error, facts));
  const isOnWay = { isOnWay: true };

  const channel = target.private?.notifySecret;
  if (channel !== undefined) await look(`secret ${channel}`, () => lookAtSecret(channel, false, outside));

  const endpoint = await look(
    'endpoint',
    async () => {
      const value = await tools.resolve(target, signal);
      return { status: 'ok', found: value.server, value };
    },
    isOnWay,
  );
  const resolved = endpoint && { ...target, endpoint };
  const place = endpoint && placeOf(endpoint);
  if (place) facts = { ...facts, at: `${place.host}:${place.port}` };

  const addresses = await look('name', () => lookUp(place?.host ?? '', outside, signal), isOnWay);
  await look(
    'allow-list',
    async () => {
      const judged = judge(addresses ?? [], resolved ? tools.rangesOf(resolved) : []);
      facts = { ...facts, isPrivate: judged.isPrivate };
      return judged.found;
    },
    isOnWay,
  );
  const dial = (tls?: object): Promise<Dialled> =>
    within(outside, signal, `connection to ${facts.at}`, (limited) =>
      outside.dial({
        host: place?.host ?? '',
        port: place?.port ?? 443,
        allow: resolved ? tools.rangesOf(resolved) : [],
        signal: limited,
        ...(tls && { tls }),
      }),
    );
  await look(
    'connection',
    async () => {
      const { address, phases } = await dial();
      return {
        status: 'ok',
        found: `${address} answers on port ${place?.port} after ${Math.round(phases.connect)} ms`,
      };
    },
    isOnWay,
  );
  const credential = await look('token', async () => minted(await tools.mint(target, signal), outside), isOnWay);
  await look(
    'tls',
    async () => {
      const { ca, serverName } = endpoint ?? {};
      const tls = { ...credential?.tls, ...(ca && { ca }), ...(serverName && { serverName }) };
      const { certificate, protocol } = await dial(tls);
      return assessCertificate(certificate, protocol, outside.clock.now());
    },
    isOnWay,
  );
  const cluster = resolved && credential && tools.open(resolved, credential);
  await look('identity', () => whoAmI(opened(cluster), signal), isOnWay);
  const date = await look(
    'version',
    async () => {
      const askedAt = outside.clock.now();
      const response = await opened(cluster).request('/version', { signal });
      const body = await jsonOf(response);
      const value = { said: response.headers.get('date'), askedAt, answeredAt: outside.clock.now() };
      return { ...assessVersion(response.status, body), value };
    },
    isOnWay,
  );
  await look('clock', async () =>
    date === undefined
      ? { status: 'skipped', found: 'the server was not asked' }
      : assessClock(date.said, date.askedAt, date.answeredAt),
  );
  await look('rights', async () => {
    const rights = await tools.neededRights(target, opened(cluster), signal);
    return assessRights(await readRights(rights, opened(cluster), signal));
  });
  await look('admission', () => tools.fence(target, opened(cluster), signal));
  return checks;
};

/** By then the way has led there, or the look is skipped. */
const opened = (cluster: Cluster | undefined): Cluster => {
  if (cluster === undefined) throw new Error('the cluster was not opened');
  return cluster;
};

const placeOf = ({ server }: ClusterEndpoint): { readonly host: string; readonly port: number } => {
  const { hostname, port } = new URL(server);
  return { host: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? 443 : Number(port) };
};

const isAddress = (host: string): boolean => /^\d{1,3}(\.\d{1,3}){3}$/.test(host) || host.includes(':');

/** The addresses of a name, as whatever this runs on resolves it. */
const lookUp = async (
  host: string,
  { lookup, settings }: TargetOutside,
  signal: AbortSignal,
): Promise<Found & { readonly value?: readonly string[] }> => {
  if (isAddress(host)) return { status: 'ok', found: `${host} is an address`, value: [host] };
  if (lookup === undefined || settings.simulated) {
    return { status: 'skipped', found: 'names are not looked up in a simulation' };
  }
  const { rcode, answers } = await lookup(host, { signal });
  if (answers.length > 0) return { status: 'ok', found: `${host} is ${answers.join(', ')}`, value: answers };
  throw new Unreachable(host, 'dns_failed', `the name is not known (${rcode})`);
};

/** Whether the egress rules let any of the addresses be connected to, as the one egress client judges them. */
const judge = (
  addresses: readonly string[],
  allow: readonly string[],
): { readonly isPrivate: boolean; readonly found: Found } => {
  const isPrivate = addresses.some((address) => !assessAddress(address).allowed);
  if (addresses.length === 0) return { isPrivate, found: { status: 'skipped', found: 'there is no address to judge' } };
  const refused = addresses.flatMap((address) => {
    const verdict = assessAddress(address, allow);
    return verdict.allowed ? [] : [`${address} is ${verdict.because}`];
  });
  if (refused.length > 0) {
    const found = `${refused.join(', ')}, and no range of the target's allow holds it`;
    throw new Unreachable('address', 'address_refused', found);
  }
  const found = isPrivate ? `private, and in ${allow.join(', ')}` : 'public';
  return { isPrivate, found: { status: 'ok', found } };
};

const minted = (credential: Credential, { clock }: Pick<Outside, 'clock'>): Found & { readonly value: Credential } => {
  const what = credential.token === undefined ? 'a client certificate' : 'a token';
  const left = Math.round((credential.expiresAt - clock.now()) / 60_000);
  const until = Number.isFinite(left) ? `for ${left} minutes` : 'without an end';
  return { status: 'ok', found: `${what} ${until}`, value: credential };
};

/** Ends what takes longer than a hop may. */
const within = async <Value>(
  { clock }: Pick<Outside, 'clock'>,
  signal: AbortSignal,
  subject: string,
  run: (limited: AbortSignal) => Promise<Value>,
): Promise<Value> => {
  const late = new AbortController();
  const cancel = clock.after(hopMs, () => late.abort(new DOMException('too late', 'TimeoutError')));
  try {
    return await run(AbortSignal.any([signal, late.signal]));
  } catch (error) {
    if (!late.signal.aborted) throw error;
    throw new Unreachable(subject, 'connect_timeout', `no answer within ${hopMs / 1000} s`);
  } finally {
    cancel();
  }
};
