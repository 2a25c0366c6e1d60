import { durationMs } from './lexer.ts';
import type { Steps } from './query.ts';

/** A parameter of a request can not be used: 400 `bad_data`. */
export class ParameterRefused extends Error {
  override readonly name = 'ParameterRefused';
  constructor(parameter: string, because: string) {
    super(`invalid parameter "${parameter}": ${because}`);
  }
}

/** What Prometheus computes at most for one series. */
const MAX_POINTS = 11_000;

/** Epoch milliseconds of seconds (with fraction) or RFC 3339. Throws `ParameterRefused`. */
export const timeParameter = (parameters: URLSearchParams, name: string, otherwise?: number): number => {
  const text = parameters.get(name);
  if ((text === null || text === '') && otherwise !== undefined) return otherwise;
  if (text && /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(text)) return Math.round(Number(text) * 1_000);
  const at =
    text && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(at))
    throw new ParameterRefused(name, `cannot parse ${JSON.stringify(text ?? '')} to a valid timestamp`);
  return at;
};

/** `start`, `end` and `step` of a range query. Throws `ParameterRefused`. */
export const stepParameters = (parameters: URLSearchParams): Steps => {
  const start = timeParameter(parameters, 'start');
  const end = timeParameter(parameters, 'end');
  if (end < start) throw new ParameterRefused('end', 'end timestamp must not be before start time');
  const text = parameters.get('step') ?? '';
  const step = /^-?\d+(\.\d+)?$/.test(text) ? Math.round(Number(text) * 1_000) : durationMs(text);
  if (step === undefined)
    throw new ParameterRefused('step', `cannot parse ${JSON.stringify(text)} to a valid duration`);
  if (step <= 0) {
    throw new ParameterRefused(
      'step',
      'zero or negative query resolution step widths are not accepted. Try a positive integer',
    );
  }
  if ((end - start) / step > MAX_POINTS) {
    const because =
      'exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution (?step=XX)';
    throw new ParameterRefused('step', because);
  }
  return { start, end, step };
};
