import { assessMetric, type Measurement } from '../../shared/analysis/assess-metric.ts';
import { takeMeasurement } from '../../shared/analysis/measure-metric.ts';
import type { Sample } from '../../shared/analysis/sample.ts';
import type { MetricGate } from '../../shared/rollout/gate.ts';
import { placeholdersOf } from '../../shared/rollout/placeholders.ts';
import { SecretMissing } from '../../shared/secrets/secrets.ts';
import { allowOption, aloneOutside, aloneTarget, exitOf, numberOption } from '../alone.ts';
import { type Options, type Run, textOption } from '../command.ts';
import { metricSource } from '../metric-source.ts';
import { badInput } from '../stop.ts';

/** Asks a metric store once, and judges the answer as a gate would. Without a threshold nothing can pass: it is inconclusive. */
export const run: Run = async (_, options, { terminal, json }) => {
  const query = queryOf(options);
  const threshold = thresholdOf(options);
  const allow = allowOption(options);
  const gate: MetricGate = {
    kind: 'metric',
    source: 'alone',
    query,
    ...threshold,
    minRequests: numberOption(options, 'minRequests', '--min-requests', { least: 1, whole: true }) ?? 1,
    intervalMs: 30_000,
    maxAgeMs: (numberOption(options, 'maxAge', '--max-age', { least: 1 }) ?? 120) * 1_000,
  };
  const order = { name: 'measure', gate, source: metricSource(options, allow), target: aloneTarget(allow) };
  const secrets = {
    get: async (name: string) => {
      throw new SecretMissing(name, 'this command, which has none');
    },
  };
  const at = terminal.clock.now();
  const measurement = await takeMeasurement(order, { ...aloneOutside(terminal), secrets }, terminal.interrupted);
  const judged = assessMetric(gate, measurement);
  const hasNone = Object.keys(threshold).length === 0 && judged.verdict === 'error' && judged.value !== undefined;
  const verdict = hasNone ? 'inconclusive' : judged.verdict;
  const sample = sampleOf(measurement);
  const ages = measurement.ages.flatMap(({ seconds }) => (seconds.kind === 'value' ? [seconds.value] : []));
  const reason = judged.because.replace('gate measure on alone: ', '');
  const line = {
    sample: sample.kind,
    value: sample.kind === 'value' ? finite(sample.value) : null,
    ageSeconds: ages.length === 0 ? null : Math.max(...ages),
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
