const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** One whole number above zero and one unit: `500ms`, `5s`, `5m`, `5h`, `2d`. Nothing else, so that no unit is ever guessed. */
export const DURATION = /^([1-9][0-9]{0,8})(ms|s|m|h|d)$/;

/** Attempts in a time: `5/s`, `30/m`, `0.2/s`. */
export const RATE = /^([0-9]{1,4}(?:\.[0-9]{1,3})?)\/(s|m|h)$/;

/** Milliseconds of a duration. Throws `RangeError` for text that `DURATION` does not match: the schema has refused it before. */
export const durationMs = (text: string): number => {
  const [, count, unit] = DURATION.exec(text) ?? [];
  const ms = UNIT_MS[unit ?? ''];
  if (ms === undefined) throw new RangeError(`duration ${JSON.stringify(text)}: expected 5s, 5m or 5h`);
  return Number(count) * ms;
};

/** Attempts a second of a rate. Throws `RangeError` for text that `RATE` does not match. */
export const ratePerSecond = (text: string): number => {
  const [, count, unit] = RATE.exec(text) ?? [];
  const ms = UNIT_MS[unit ?? ''];
  if (ms === undefined) throw new RangeError(`rate ${JSON.stringify(text)}: expected 5/s, 30/m or 1/h`);
  return (Number(count) * 1000) / ms;
};
