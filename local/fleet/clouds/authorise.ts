import type { Clock } from '../../../shared/outside/clock.ts';
import type { AksLocator, EksLocator, GkeLocator, Locator } from '../../../shared/rollout/target.ts';
import { LEEWAY_MS, Refusal } from './api.ts';
import { callerOf } from './aws-caller.ts';
import { googleToken } from './google-error.ts';
import { type Claims, unseal } from './sealed.ts';
import { parseSigned } from './sigv4.ts';

const EKS_PREFIX = 'k8s-aws-v1.';
/** From the date it was signed, whatever it says of itself (aws-iam-authenticator). */
const EKS_LIFE_MS = 15 * 60_000;
const EKS_LONGEST_EXPIRES_SECONDS = 900;
/** The Entra application of every AKS cluster. */
const AKS_AUDIENCE = '6dae42f8-4368-4678-94ff-3960e28e3630';

/** Who a bearer token stands for, at every moment from `from` up to, and without, `until`: epoch milliseconds. */
export interface Identified {
  readonly subject: string;
  readonly from: number;
  readonly until: number;
}

/** What the webhook of an EKS cluster does with a token: the signed request it holds, sent to STS with the name of this cluster. */
const byEks = (eks: EksLocator, token: string, clock: Clock): Identified | undefined => {
  if (!token.startsWith(EKS_PREFIX)) return undefined;
  const text = Buffer.from(token.slice(EKS_PREFIX.length), 'base64url').toString();
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const isCallerIdentity = url.pathname === '/' && url.searchParams.get('Action') === 'GetCallerIdentity';
  if (url.username !== '' || url.password !== '') return undefined;
  if (url.origin !== `https://sts.${eks.region}.amazonaws.com` || !isCallerIdentity) return undefined;
  const header = (name: string) => (name === 'x-k8s-aws-id' ? eks.cluster : undefined);
  const signed = parseSigned({ method: 'GET', url, header, body: '' });
  const asked = signed.expires ?? 0;
  if (!signed.signedHeaders.includes('x-k8s-aws-id') || !(asked > 0 && asked <= EKS_LONGEST_EXPIRES_SECONDS))
    return undefined;
  if (clock.now() >= signed.date + EKS_LIFE_MS) return undefined;
  const { arn, account, until } = callerOf(signed, 'sts', eks.region, clock);
  // The access entry of the cluster: the role its locator names, or any role of its own account.
  const role = eks.role?.split('/').at(-1);
  const isKnown = account === eks.account && (role === undefined || arn.includes(`:assumed-role/${role}/`));
  return isKnown
    ? { subject: arn, from: signed.date - EKS_LIFE_MS, until: Math.min(signed.date + EKS_LIFE_MS, until) }
    : undefined;
};

const fromClaims = ({ subject, issuedAt, expiresAt }: Claims): Identified => ({
  subject,
  from: issuedAt - LEEWAY_MS,
  until: expiresAt,
});

const byAks = (aks: AksLocator, token: string, now: number): Identified | undefined => {
  const claims = unseal('entra-access', token);
  if (claims?.audience !== AKS_AUDIENCE || now >= claims.expiresAt || now + LEEWAY_MS < claims.issuedAt)
    return undefined;
  return aks.tenant === undefined || claims.subject.startsWith(`${aks.tenant}/`) ? fromClaims(claims) : undefined;
};

/** A cluster of a customer's knows the service account that its locator names, and no other of Google's identities. */
const byGke = ({ serviceAccount }: GkeLocator, token: string, now: number): Identified | undefined => {
  const claims = googleToken(token, now);
  if (claims === undefined) return undefined;
  return serviceAccount === undefined || serviceAccount === claims.subject ? fromClaims(claims) : undefined;
};

/** Who a bearer token stands for at the cluster of `locator`; undefined when that cluster answers 401. */
export const identify = (locator: Locator, token: string, clock: Clock): Identified | undefined => {
  try {
    if ('eks' in locator) return byEks(locator.eks, token, clock);
    if ('gke' in locator) return byGke(locator.gke, token, clock.now());
    if ('aks' in locator) return byAks(locator.aks, token, clock.now());
    return undefined;
  } catch (error) {
    if (error instanceof Refusal) return undefined;
    throw error;
  }
};
