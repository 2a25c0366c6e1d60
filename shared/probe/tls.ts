import { msSince, ticksOf } from '../outside/clock.ts';
import type { Dialled } from '../outside/dial.ts';
import type { TlsCheck } from '../rollout/gate.ts';
import { type Attempt, type Probe, verdictOf } from './attempt.ts';
import { endpointOf, familyOf } from './endpoint.ts';

const DAY_MS = 86_400_000;

/**
 * Shakes hands and looks at the certificate: its chain and name (by the dial), the days it is still good for, and the version of TLS. A
 * server that knows nothing newer than TLS 1.1 fails the handshake.
 */
export const probeTls: Probe<TlsCheck> = async (check, place, { clock, dial }, signal) => {
  const [at, began] = [clock.now(), ticksOf(clock)];
  try {
    const { allow, tls } = place;
    const { address, phases, certificate, protocol } = await dial({
      ...endpointOf(check.tls),
      ...familyOf(check),
      tls: { ...tls, ...(check.name === undefined ? {} : { serverName: check.name }) },
      allow,
      signal,
    });
    const ended = { at, durationMs: msSince(began, clock), phases: { ...phases }, address };
    return { ...ended, ...assessHandshake(check, certificate, protocol, clock.now()) };
  } catch (error) {
    return { at, durationMs: msSince(began, clock), phases: {}, ...verdictOf(error, signal) };
  }
};

const assessHandshake = (
  { minDaysLeft, minVersion }: TlsCheck,
  certificate: Dialled['certificate'],
  protocol: string | undefined,
  now: number,
): Pick<Attempt, 'verdict' | 'code' | 'because' | 'tls'> => {
  if (certificate === undefined)
    return { verdict: 'fail', code: 'tls_failed', because: 'the server showed no certificate' };
  const daysLeft = (certificate.validTo - now) / DAY_MS;
  const version = protocol?.replace('TLSv', '');
  const seen = version === undefined ? {} : { tls: { version, daysLeft: Math.floor(daysLeft * 10) / 10 } };
  if (daysLeft < minDaysLeft) {
    const because = `the certificate ends in ${daysLeft.toFixed(1)} days, expected at least ${minDaysLeft}`;
    return { verdict: 'fail', code: 'certificate_ends_soon', because, ...seen };
  }
  if (minVersion !== undefined && version === undefined) {
    return { verdict: 'invalid', code: 'unsupported', because: 'a simulated handshake has no version of TLS' };
  }
  if (minVersion !== undefined && Number(version) < Number(minVersion)) {
    const because = `TLS ${version} was agreed on, expected ${minVersion} or newer`;
    return { verdict: 'fail', code: 'tls_version', because, ...seen };
  }
  return { verdict: 'pass', ...seen };
};
