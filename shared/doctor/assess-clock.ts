import type { Found } from './check.ts';

/** Above this clocks are worth mending: a certificate or a token that is new may not be valid there yet. */
const warnMs = 30_000;
/** Entra and API servers take five minutes, AWS fifteen; what is left is little. */
const failMs = 240_000;

/**
 * How far our clock is from that of a server, by the `Date` of its answer (RFC 9110, 6.6.1: whole seconds), which was made somewhere
 * between the asking and the answer. Pure; epoch milliseconds.
 */
export const assessClock = (date: string | null, askedAt: number, answeredAt: number): Found => {
  const said = date === null ? Number.NaN : Date.parse(date);
  if (Number.isNaN(said)) return { status: 'skipped', found: 'the answer does not say what time it is there' };
  // What second it says lasts until the next; only what lies outside of both is a difference.
  const ahead = Math.max(0, askedAt - (said + 999));
  const behind = Math.max(0, said - answeredAt);
  const off = Math.max(ahead, behind);
  const found =
    off < 1_000 ? 'agrees to the second' : `ours is ${Math.round(off / 1000)} s ${ahead > 0 ? 'ahead' : 'behind'}`;
  if (off < warnMs) return { status: 'ok', found };
  const next = 'let both machines follow NTP; tokens are refused when clocks differ by minutes';
  return { status: off < failMs ? 'warning' : 'failed', found, next };
};
