import type { StoreKind } from '../../rollout/metric-source.ts';

/**
 * A query of an InfluxDB as it would have been asked at another moment: where it looks back from now, it looks back from there, and sees
 * nothing after it. `undefined` where it does not say in one of the usual ways how far it looks back, or says `now()` anywhere else.
 */
export const influxAsOf = (query: string, at: number, kind: StoreKind): string | undefined => {
  const moment = new Date(at).toISOString();
  const rewritten = rewrite[kind]?.(query, moment, at);
  return rewritten === undefined || rewritten === query || /\bnow\s*\(/i.test(rewritten) ? undefined : rewritten;
};

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1e3, m: 6e4, h: 3.6e6, d: 8.64e7, w: 6.048e8 };

const rewrite: Readonly<Partial<Record<StoreKind, (query: string, moment: string, at: number) => string>>> = {
  influxdb1: (query, moment) =>
    query.replace(
      /\btime\s*(>=?)\s*now\(\)\s*-\s*(\d+(?:ms|[smhdw]))\b/gi,
      (_, above: string, back: string) => `(time ${above} '${moment}' - ${back} AND time <= '${moment}')`,
    ),
  influxdb2: (query, moment, at) =>
    query.replace(
      /\brange\s*\(\s*start\s*:\s*-(\d+)(ms|[smhdw])\s*\)/g,
      (_, count: string, unit: string) =>
        `range(start: ${new Date(at - Number(count) * (UNIT_MS[unit] ?? Number.NaN)).toISOString()}, stop: ${moment})`,
    ),
  influxdb3: (query, moment) =>
    query.replace(
      /\btime\s*(>=?)\s*now\(\)\s*-\s*(interval\s*'[^']*')/gi,
      (_, above: string, back: string) =>
        `(time ${above} timestamp '${moment}' - ${back} AND time <= timestamp '${moment}')`,
    ),
};
