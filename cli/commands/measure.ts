import { assessMetric, type Measurement } from '../../shared/analysis/assess-metric.ts';
import { takeMeasurement } from '../../shared/analysis/measure-metric.ts';
import type { Sample } from '../../shared/analysis/sample.ts';
import type { StoreTools } from '../../shared/analysis/stores/store-tools.ts';
import { roleIdentity } from '../../shared/clouds/sts.ts';
import type { Http } from '../../shared/outside/http.ts';
import type { MetricGate } from '../../shared/rollout/gate.ts';
import { defaultMaxAgeMs, kindOf } from '../../shared/rollout/metric-source.ts';
import { placeholdersOf } from '../../shared/rollout/placeholders.ts';
import type { Verdict } from '../../shared/rollout/verdict.ts';
import { allowOption, aloneOutside, aloneTarget, exitOf, numberOption } from '../alone.ts';
import { type Options, type Run, textOption } from '../command.ts';
import { environmentIdentity, measureSecrets } from '../measure-secrets.ts';
import { metricSource } from '../metric-source.ts';
import { badInput } from '../stop.ts';
import type { Terminal } from '../terminal.ts';

/**
 * Asks a metric store once, and judges the answer as a gate would. What can not be known is inconclusive, with its reason: no data, old
 * data, several series, a store that does not answer, and any value where no threshold is given.
 */
export const run: Run = async (_, options, { terminal, json }) => {
  const query = queryOf(options);
  const threshold = thresholdOf(options);
  const allow = allowOption(options);
  const source = metricSource(options, terminal.env, allow);
  const secrets = measureSecrets(options, terminal);
  const windowMs = secondsOption(options, 'window', '--window', 1);
  const time = textOption(options, 'time');
  const gate: MetricGate = {
    kind: 'metric',
    source: 'alone',
    query,
    ...threshold,
    minRequests: numberOption(options, 'minRequests', '--min-requests', { least: 1, whole: true }) ?? 1,
    ...(options.errorsMayBeAbsent === true ? { errorsMayBeAbsent: true } : {}),
    ...(windowMs === undefined ? {} : { windowMs }),
    ...(time === undefined ? {} : { time }),
    intervalMs: 30_000,
    maxAgeMs: secondsOption(options, 'maxAge', '--max-age', 1) ?? defaultMaxAgeMs(kindOf(source), windowMs),
  };
  const order = { name: 'measure', gate, source, target: aloneTarget(allow) };
  const outside = { ...aloneOutside(terminal), secrets };
  const at = terminal.clock.now();
  const measurement = await takeMeasurement(order, outside, storeTools(terminal, outside.http), terminal.interrupted);
  const judged = assessMetric(gate, measurement);
  const verdict: Verdict = judged.verdict === 'error' ? 'inconclusive' : judged.verdict;
  const sample = sampleOf(measurement);
  const ages = measurement.ages.flatMap(({ seconds }) => (seconds.kind === 'value' ? [seconds.value] : []));
  const reason = judged.because.replace('gate measure on alone: ', '');
  const line = {
    sample: sample.kind,
    value: sample.kind === 'value' ? finite(sample.value) : null,
    ageSeconds: ages.length === 0 ? null : finite(ageOf(ages)),
    samples: judged.samples ?? null,
    verdict,
    reason,
    query: measurement.query,
    at: new Date(at).toISOString(),
  };
  if (json) terminal.out(JSON.stringify(line));
  else terminal.out(`${verdict}  ${reason}`);
  return exitOf(verdict);
};

/** The greatest age, to the millisecond. A point that was made while it was asked for is of now. */
const ageOf = (ages: readonly number[]): number => {
  const age = Math.max(...ages);
  return age < 0 && age > -1 ? 0 : Math.round(age * 1_000) / 1_000;
};

/** Of what stores need beyond the network there is the environment's AWS identity; everything else takes an instance. */
const storeTools = ({ env }: Pick<Terminal, 'env'>, http: Http): StoreTools => ({
  googleToken: () => Promise.reject(new Error('there is no federated identity here; give a token')),
  azureToken: () => Promise.reject(new Error('there is no federated identity here; give a token')),
  awsIdentity: (account, signal) => roleIdentity(account, { http, identity: environmentIdentity(env) }, signal),
  openTarget: () => Promise.reject(new Error('there is no target here')),
});

/** A time in seconds, in milliseconds. */
const secondsOption = (options: Options, name: string, flag: string, least: number): number | undefined => {
  const seconds = numberOption(options, name, flag, { least, most: 31_536_000 });
  return seconds === undefined ? undefined : Math.round(seconds * 1_000);
};

const queryOf = (options: Options): MetricGate['query'] => {
  const [value, errors, requests] = ['query', 'errors', 'requests'].map((name) => textOption(options, name));
  for (const text of [value, errors, requests]) {
    const [placeholder] = placeholdersOf(text ?? '');
    if (placeholder !== undefined)
      throw badInput(`{${placeholder}}: there is no target to fill it in from; write the value`);
  }
  if (value !== undefined && errors === undefined && requests === undefined) return { value };
  if (value === undefined && errors !== undefined && requests !== undefined) {
    if (options.minRequests === undefined)
      throw badInput('--min-requests is missing: with too few requests a share says nothing');
    return { errors, requests };
  }
  throw badInput('measure: expected either --query, or both --errors and --requests');
};

const thresholdOf = (options: Options): Pick<MetricGate, 'failAbove' | 'failBelow'> => {
  const failAbove = numberOption(options, 'failAbove', '--fail-above');
  const failBelow = numberOption(options, 'failBelow', '--fail-below');
  if ((failBelow ?? -Infinity) >= (failAbove ?? Infinity)) {
    throw badInput(`--fail-below ${failBelow} is not less than --fail-above ${failAbove}: every value would fail`);
  }
  return { ...(failAbove === undefined ? {} : { failAbove }), ...(failBelow === undefined ? {} : { failBelow }) };
};

/** What was found, as one sample: of two counts their quotient. */
const sampleOf = ({ found }: Measurement): Sample => {
  if ('value' in found) return found.value;
  const { errors, requests } = found;
  if (requests.kind !== 'value') return requests;
  if (errors.kind !== 'value') return errors;
  if (requests.value === 0) return { kind: 'nodata', reason: 'no requests' };
  return { kind: 'value', value: errors.value / requests.value, at: requests.at };
};

/** JSON has no Infinity: it is written as Prometheus writes it. */
const finite = (value: number): number | string => (Number.isFinite(value) ? value : value > 0 ? '+Inf' : '-Inf');
