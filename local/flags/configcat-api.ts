/** A feature flag of a simulated product: its type, and its value by SDK key, which is what names an environment. */
export interface SimulatedSetting {
  readonly settingType: 'boolean' | 'string' | 'int' | 'double';
  readonly values: Readonly<
    Record<string, { readonly defaultValue: unknown; readonly targetingRules?: readonly unknown[] }>
  >;
}

export interface ConfigCatApi {
  handle(request: Request): Promise<Response>;
  /** Adds a flag, or changes it as somebody does in the dashboard. */
  put(key: string, setting: SimulatedSetting): void;
  setting(key: string): SimulatedSetting | undefined;
}

/** Requests that are answered in a minute before one is told to slow down. */
const RATE = 100;
const minuteMs = 60_000;

/**
 * The public management API of ConfigCat as far as flags of a config of version 2 are read and replaced by SDK key
 * (configcat.com/docs/api/reference), with basic authentication and its rate limit headers. Members of the answer that describe the
 * product, the config and the environment are left out.
 */
export const createConfigCatApi = (
  credentials: { readonly user: string; readonly password: string },
  clock: { now(): number },
): ConfigCatApi => {
  const settings = new Map<string, SimulatedSetting>();
  const updated = new Map<string, string>();
  let window = { from: 0, asked: 0 };
  const basic = `Basic ${Buffer.from(`${credentials.user}:${credentials.password}`).toString('base64')}`;
  const put = (key: string, setting: SimulatedSetting): void => {
    settings.set(key, setting);
    updated.set(key, new Date(clock.now()).toISOString());
  };
  const answer = (key: string, sdkKey: string): unknown => {
    const { settingType, values } = settings.get(key) ?? { settingType: 'boolean', values: {} };
    const { defaultValue, targetingRules = [] } = values[sdkKey] ?? { defaultValue: null };
    return { defaultValue, targetingRules, updatedAt: updated.get(key), setting: { key, name: key, settingType } };
  };
  return {
    put,
    setting: (key) => settings.get(key),
    handle: async (request) => {
      const from = clock.now() - (clock.now() % minuteMs);
      window = window.from === from ? { from, asked: window.asked + 1 } : { from, asked: 1 };
      const reset = String(Math.ceil((from + minuteMs - clock.now()) / 1000));
      const headers = {
        'x-rate-limit-remaining': String(Math.max(0, RATE - window.asked)),
        'x-rate-limit-reset': reset,
      };
      if (window.asked > RATE)
        return new Response(null, { status: 429, headers: { ...headers, 'retry-after': reset } });
      if (request.headers.get('authorization') !== basic) return new Response(null, { status: 401, headers });
      const [, key = ''] = /^\/v2\/settings\/([^/]+)\/value$/.exec(new URL(request.url).pathname) ?? [];
      const sdkKey = request.headers.get('x-configcat-sdkkey') ?? '';
      const setting = settings.get(key);
      if (setting?.values[sdkKey] === undefined) return new Response(null, { status: 404, headers });
      if (request.method === 'GET') return Response.json(answer(key, sdkKey), { headers });
      if (request.method !== 'PUT') return new Response(null, { status: 405, headers });
      const { defaultValue, targetingRules = [] } = (await request.json()) as Readonly<Record<string, unknown>>;
      if (!isOfType(defaultValue, setting.settingType))
        return Response.json({ defaultValue: ['invalid type'] }, { status: 400, headers });
      const value = { defaultValue, targetingRules: targetingRules as readonly unknown[] };
      put(key, { ...setting, values: { ...setting.values, [sdkKey]: value } });
      return Response.json(answer(key, sdkKey), { headers });
    },
  };
};

const isOfType = (value: unknown, type: SimulatedSetting['settingType']): boolean =>
  typeof value === 'object' &&
  value !== null &&
  { boolean: 'boolValue', string: 'stringValue', int: 'intValue', double: 'doubleValue' }[type] in value;
