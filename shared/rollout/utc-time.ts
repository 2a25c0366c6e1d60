/**
 * Epoch milliseconds of a date, or of a date with a time, as ISO 8601 has them; what names no zone is in UTC, wherever it is read. `undefined` for
 * anything else, as for a bare number, which `Date.parse` takes for a month. Pure.
 */
export const utcTime = (text: string): number | undefined => {
  const [, date, time = 'T00:00', zone = 'Z'] =
    /^(\d{4}-\d\d-\d\d)(?:(T\d\d:\d\d(?::\d\d(?:\.\d+)?)?)(Z|[+-]\d\d:\d\d)?)?$/.exec(text) ?? [];
  const at = date === undefined ? Number.NaN : Date.parse(`${date}${time}${zone}`);
  return Number.isNaN(at) ? undefined : at;
};
