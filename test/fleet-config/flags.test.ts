import { expect, test } from 'vitest';
import { toFlags } from '../../shared/fleet/flags.ts';
import { parse, problemsOf, soundConfig } from './configs.ts';

const flagd = { flagd: { bucket: 'acme-flags', region: 'eu-west-1', object: 'flags/{wave}.json' } };
const configcat = {
  configcat: { sdkKeySecret: 'configcat-{wave}', userSecret: 'configcat-user', passwordSecret: 'configcat-password' },
};
const [first = { name: '' }, second = { name: '' }] = soundConfig.waves;
const configWith = (flags: unknown, flagStores: unknown): string =>
  JSON.stringify({ ...soundConfig, flags, flagStores });

test('a flag is read with what it is to be in each wave, and its store with all that was left out', async () => {
  const flags = {
    dark: {
      store: 'main',
      waves: { [first.name]: true, [second.name]: { value: true, percent: 10, otherwise: false } },
    },
    limit: { store: 'product', key: 'queryLimit', off: 10, waves: { [first.name]: 20 } },
  };
  const parsed = await parse('fleet.json', configWith(flags, { main: flagd, product: configcat }));
  expect(parsed.ok && toFlags(parsed.config)).toEqual({
    flags: {
      dark: {
        store: 'main',
        key: 'dark',
        off: false,
        waves: { [first.name]: { value: true }, [second.name]: { value: true, percent: 10, otherwise: false } },
      },
      limit: { store: 'product', key: 'queryLimit', off: 10, waves: { [first.name]: { value: 20 } } },
    },
    flagStores: {
      main: { ...flagd, seenWithinMs: 60_000, allow: [] },
      product: {
        configcat: { api: 'https://api.configcat.com', ...configcat.configcat },
        seenWithinMs: 60_000,
        allow: [],
      },
    },
  });
});

test('a release without flags has no member for them', async () => {
  const parsed = await parse('fleet.json', JSON.stringify(soundConfig));
  expect(parsed.ok && toFlags(parsed.config)).toEqual({});
});

test('every mistake between flags, their stores and waves is told at its place', async () => {
  const flags = {
    lost: { store: 'mian', service: 'nobody', waves: { nowhere: true } },
    odd: { store: 'main', waves: { [first.name]: 'yes' } },
    empty: { store: 'main', waves: {} },
    twice: { store: 'main', key: 'odd', waves: { [first.name]: true } },
    json: { store: 'product', off: {}, waves: { [first.name]: { value: { a: 1 } } } },
    share: { store: 'main', waves: { [first.name]: { value: true, percent: 10 } } },
  };
  const main = { flagd: { ...flagd.flagd, object: 'flags.json' }, ofrep: 'https://{label.cell}.example.com' };
  const product = { configcat: { ...configcat.configcat, sdkKeySecret: 'Not/A/Name' } };
  const problems = await problemsOf('fleet.json', configWith(flags, { main, product: configcat, broken: product }));
  expect(problems.map((problem) => problem.replace(/ fleet\.json:\d+:\d+/, '')).toSorted()).toEqual([
    expect.stringMatching(/^FLAG_INVALID \/flags\/empty\/waves: the flag has no wave; expected/),
    expect.stringMatching(/^FLAG_INVALID \/flags\/json\/off: ConfigCat has no flags of JSON; expected/),
    expect.stringMatching(
      /^FLAG_INVALID \/flags\/odd\/waves\/\w+: the value is of type string, and off is of type boolean; expected/,
    ),
    expect.stringMatching(/^FLAG_INVALID \/flags\/share\/waves\/\w+: .*expected/),
    expect.stringMatching(/^FLAG_INVALID \/flags\/twice: it is the same flag of main as odd; expected/),
    expect.stringMatching(
      /^FLAG_SHARED \/flagStores\/main\/flagd\/object: all waves have the same place; expected \{wave\}/,
    ),
    expect.stringMatching(/^PLACEHOLDER \/flagStores\/main\/ofrep: target .* has no value for \{label.cell\}/),
    expect.stringMatching(/^SECRET_NAME \/flagStores\/broken\/configcat\/sdkKeySecret: .*never its value/),
    expect.stringMatching(
      /^UNKNOWN_FLAG_STORE \/flags\/lost\/store: there is no "mian" in flagStores; .*did you mean main\?/,
    ),
    expect.stringMatching(/^UNKNOWN_SERVICE \/flags\/lost\/service: there is no "nobody" in services/),
    expect.stringMatching(/^UNKNOWN_WAVE \/flags\/lost\/waves\/nowhere: there is no "nowhere" in waves/),
  ]);
});
