import type { MetricSource } from '../shared/rollout/gate.ts';
import { type Options, textOption } from './command.ts';
import { badInput } from './stop.ts';

/** The store of `--source kind=URL`. Throws `Stop` for one that is not known. */
export const metricSource = (options: Options, allow: readonly string[]): MetricSource => {
  const given = textOption(options, 'source');
  if (given === undefined)
    throw badInput(
      'measure: --source is missing; expected prometheus=URL, influxdb1=URL, influxdb2=URL or influxdb3=URL',
    );
  const [, kind = '', address = ''] = /^([^=]*)=(.*)$/s.exec(given) ?? [];
  const url = URL.parse(address);
  if (url === null || !/^https?:$/.test(url.protocol))
    throw badInput(`--source ${kind}: expected ${kind || 'prometheus'}=http(s)://…`);
  if (url.username !== '' || url.password !== '') throw badInput('--source: the URL holds credentials');
  if (kind === 'prometheus') return { prometheus: address, allow };
  if (kind === 'influxdb1' || kind === 'influxdb3') {
    if (url.searchParams.get('db') === null)
      throw badInput(`--source ${kind}: the URL names no database; end it with ?db=NAME`);
    return kind === 'influxdb1' ? { influxdb1: url.href, allow } : { influxdb3: url.href, allow };
  }
  if (kind === 'influxdb2') return { influxdb2: url.href, allow };
  throw badInput(`--source ${kind}: not known; expected prometheus, influxdb1, influxdb2 or influxdb3`);
};
