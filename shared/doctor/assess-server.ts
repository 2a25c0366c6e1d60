import type { Dialled } from '../outside/dial.ts';
import type { Found } from './check.ts';

const dayMs = 86_400_000;
/** A certificate that is renewed by itself is renewed earlier than that. */
const warnDays = 14;

/** What the certificate of an API server says of its end. That it is trusted and of the right name, the handshake has found. Pure. */
export const assessCertificate = (
  certificate: Dialled['certificate'],
  protocol: string | undefined,
  now: number,
): Found => {
  const agreed = protocol === undefined ? 'trusted' : `trusted, over ${protocol}`;
  if (certificate === undefined) return { status: 'ok', found: agreed };
  const days = Math.floor((certificate.validTo - now) / dayMs);
  const found = `${agreed}; its certificate ends in ${days} ${days === 1 ? 'day' : 'days'}`;
  return days >= warnDays
    ? { status: 'ok', found }
    : { status: 'warning', found, next: 'renew the certificate of the API server before it ends' };
};

/** Aggregated discovery (KEP-3352) is what plans are made with; the fence is a ValidatingAdmissionPolicy (KEP-3488, stable in 1.30). */
const oldest = { usable: 27, fenced: 30 };

/** Which Kubernetes it is and whether that will do. `body` is the answer of `/version`. Pure. */
export const assessVersion = (status: number, body: unknown): Found => {
  const said = typeof body === 'object' && body !== null && 'gitVersion' in body ? String(body.gitVersion) : '';
  const [, major, minor] = /^v?(\d+)\.(\d+)/.exec(said) ?? [];
  if (status !== 200 || major === undefined || minor === undefined) {
    const found = `/version answered ${status}, and not which version it is`;
    return { status: 'unknown', found, next: 'see that what answers there is a Kubernetes API server' };
  }
  if (Number(major) === 1 && Number(minor) < oldest.usable) {
    const next = `upgrade it: Kubernetes 1.${oldest.usable} or newer is needed`;
    return { status: 'failed', found: `Kubernetes ${said}`, next };
  }
  if (Number(major) === 1 && Number(minor) < oldest.fenced) {
    const found = `Kubernetes ${said}, which can not refuse stale writers`;
    return { status: 'warning', found, next: `upgrade it to 1.${oldest.fenced} or newer` };
  }
  return { status: 'ok', found: `Kubernetes ${said}` };
};
