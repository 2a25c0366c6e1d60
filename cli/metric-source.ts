import { kindOf, type MetricAccess, type MetricSource, type MetricStore } from '../shared/rollout/metric-source.ts';
import { type Options, textOption } from './command.ts';
import { badInput } from './stop.ts';

const KINDS =
  'prometheus=URL, influxdb1=URL, influxdb2=URL, influxdb3=URL, cloudwatch=REGION, datadog=SITE, json=URL or scrape=URL';

/** The names under which `measureSecrets` has what options name. */
export const secretNames = { token: 'token', appKey: 'app-key', ca: 'ca', cert: 'cert', key: 'key' } as const;

/** The store of `--source kind=…`, with all that other options say of it. Throws `Stop` for one that is not known. */
export const metricSource = (
  options: Options,
  env: Readonly<Record<string, string | undefined>>,
  allow: readonly string[],
): MetricSource => {
  const given = textOption(options, 'source');
  if (given === undefined) throw badInput(`measure: --source is missing; expected ${KINDS}`);
  const [, kind = '', place = ''] = /^([^=]*)=(.*)$/s.exec(given) ?? [];
  const store = storeOf(kind, place.trim(), options, env);
  const isDatadog = kindOf(store) === 'datadog';
  return { ...store, ...accessOf(options, isDatadog, env), allow };
};

const storeOf = (
  kind: string,
  place: string,
  options: Options,
  env: Readonly<Record<string, string | undefined>>,
): MetricStore => {
  const tenant = textOption(options, 'tenant');
  switch (kind) {
    case 'prometheus':
      if (urlOf(kind, place).search !== '')
        throw badInput('--source prometheus: expected the base URL, without a query');
      return { prometheus: place, ...(tenant === undefined ? {} : { tenant }) };
    case 'influxdb1':
      return { influxdb1: databaseUrl(kind, place) };
    case 'influxdb2':
      return { influxdb2: urlOf(kind, place).href };
    case 'influxdb3':
      return { influxdb3: databaseUrl(kind, place) };
    case 'cloudwatch':
      return cloudwatchOf(place, options, env);
    case 'datadog':
      if (/^https?:\/\//.test(place)) return { datadog: urlOf(kind, place).href };
      if (/^[a-z0-9-]+(\.[a-z0-9-]+)+(:\d+)?$/i.test(place)) return { datadog: place };
      throw badInput('--source datadog: expected datadog=SITE, as datadoghq.com or datadoghq.eu');
    case 'json':
      return { json: urlOf(kind, place).href };
    case 'scrape':
      return { scrape: urlOf(kind, place).href };
    default:
      throw badInput(`--source ${kind}: not known; expected ${KINDS}`);
  }
};

const urlOf = (kind: string, address: string): URL => {
  const url = URL.parse(address);
  if (url === null || !/^https?:$/.test(url.protocol)) throw badInput(`--source ${kind}: expected ${kind}=http(s)://…`);
  if (url.username !== '' || url.password !== '')
    throw badInput('--source: the URL holds credentials; give them by --token-env or --token-file, with --username');
  const secret = ['u', 'p', 'token', 'password', 'api_key', 'access_token'].find((name) => url.searchParams.has(name));
  if (secret !== undefined)
    throw badInput(`--source: the URL holds ${secret}=…; give secrets by --token-env or --token-file`);
  return url;
};

const databaseUrl = (kind: string, address: string): string => {
  const url = urlOf(kind, address);
  if (url.searchParams.get('db') === null)
    throw badInput(`--source ${kind}: the URL names no database; end it with ?db=NAME`);
  return url.href;
};

const cloudwatchOf = (
  region: string,
  options: Options,
  env: Readonly<Record<string, string | undefined>>,
): MetricStore => {
  if (!/^[a-z]{2,4}(-[a-z]+)+-\d{1,2}$/.test(region))
    throw badInput('--source cloudwatch: expected cloudwatch=REGION, as us-east-1');
  const [role, externalId] = [textOption(options, 'role'), textOption(options, 'externalId')];
  const endpoint = textOption(options, 'endpoint') ?? env.AWS_ENDPOINT_URL_CLOUDWATCH ?? env.AWS_ENDPOINT_URL;
  if (endpoint !== undefined) urlOf('cloudwatch', endpoint);
  return {
    cloudwatch: region,
    ...(role === undefined ? {} : { role }),
    ...(externalId === undefined ? {} : { externalId }),
    ...(endpoint === undefined ? {} : { endpoint }),
  };
};

const accessOf = (
  options: Options,
  isDatadog: boolean,
  env: Readonly<Record<string, string | undefined>>,
): Omit<MetricAccess, 'allow'> & { readonly appKeySecret?: string } => {
  const has = (...names: readonly string[]) => names.some((name) => textOption(options, name) !== undefined);
  const username = textOption(options, 'username');
  const token = has('tokenEnv', 'tokenFile') || (isDatadog && env.DD_API_KEY !== undefined);
  const appKey = isDatadog && (has('appKeyEnv', 'appKeyFile') || env.DD_APP_KEY !== undefined);
  const tls = {
    ...(has('caFile') ? { caSecret: secretNames.ca } : {}),
    ...(has('certFile') ? { certSecret: secretNames.cert } : {}),
    ...(has('keyFile') ? { keySecret: secretNames.key } : {}),
  };
  if (username !== undefined && !token)
    throw badInput('--username: its password is missing; give --token-env or --token-file');
  return {
    ...(token ? { tokenSecret: secretNames.token } : {}),
    ...(appKey ? { appKeySecret: secretNames.appKey } : {}),
    ...(username === undefined ? {} : { username }),
    ...(Object.keys(tls).length === 0 ? {} : { tls }),
  };
};
