import { expect, test } from 'vitest';
import { toWindows } from '../../shared/fleet/windows.ts';
import { parse, problemsOf, soundConfig } from './configs.ts';

const office = { zone: 'Europe/Berlin', open: [{ days: ['mon', 'fri'], from: '09:00', to: '16:30' }] };
const [staging, external] = soundConfig.waves;
const configWith = (windows: unknown, window: string, onTarget?: string) =>
  JSON.stringify({
    ...soundConfig,
    targets: {
      ...soundConfig.targets,
      'gcp-prod01': { ...soundConfig.targets['gcp-prod01'], ...(onTarget === undefined ? {} : { window: onTarget }) },
    },
    waves: [staging, { ...external, window }],
    windows,
  });

test('a window is read in minutes and numbers of days, every day where none are named', async () => {
  const windows = { office, night: { zone: 'UTC', open: [{ from: '22:00', to: '24:00' }], except: ['2026-12-24'] } };
  const parsed = await parse('fleet.json', configWith(windows, 'office', 'night'));
  expect(parsed.ok && toWindows(parsed.config.windows)).toEqual({
    windows: {
      office: { zone: 'Europe/Berlin', open: [{ days: [1, 5], from: 540, to: 990 }], except: [] },
      night: { zone: 'UTC', open: [{ days: [0, 1, 2, 3, 4, 5, 6], from: 1320, to: 1440 }], except: ['2026-12-24'] },
    },
  });
  expect(parsed.ok && parsed.config.frozen.map(({ window }) => window)).toEqual([undefined, 'office']);
});

test('a release without windows has no member for them', async () => {
  const parsed = await parse('fleet.json', JSON.stringify(soundConfig));
  expect(parsed.ok && toWindows(parsed.config.windows)).toEqual({});
});

test('every mistake in a window is told at its place', async () => {
  const windows = {
    office: { zone: 'CET', open: [{ days: ['monday'], from: '9:00', to: '24:01' }], except: ['2026-02-30'] },
    empty: { zone: 'UTC', open: [{ from: '09:00', to: '09:00' }] },
    none: { zone: 'UTC', open: [] },
  };
  const problems = await problemsOf('fleet.json', configWith(windows, 'ofice', 'night'));
  expect(problems.map((problem) => problem.replace(/ fleet\.json:\d+:\d+/, ''))).toEqual([
    expect.stringMatching(
      /^UNKNOWN_WINDOW \/targets\/gcp-prod01\/window: there is no window "night"; expected a name of windows/,
    ),
    expect.stringMatching(
      /^UNKNOWN_WINDOW \/waves\/1\/window: there is no window "ofice"; expected a name of windows.*"?office"?/,
    ),
    expect.stringMatching(
      /^WINDOW_INVALID \/windows\/office\/zone: "CET" is not accepted; expected a time zone by its IANA name/,
    ),
    expect.stringMatching(
      /^WINDOW_INVALID \/windows\/office\/open\/0\/days\/0: .*expected mon, tue, wed, thu, fri, sat or sun/,
    ),
    expect.stringMatching(
      /^WINDOW_INVALID \/windows\/office\/open\/0\/from: "9:00" is not accepted; expected a time of day/,
    ),
    expect.stringMatching(
      /^WINDOW_INVALID \/windows\/office\/open\/0\/to: "24:01" is not accepted; expected a time of day/,
    ),
    expect.stringMatching(
      /^WINDOW_INVALID \/windows\/office\/except\/0: "2026-02-30" is not accepted; expected a date of the calendar/,
    ),
    expect.stringMatching(/^WINDOW_INVALID \/windows\/empty\/open\/0: from and to are the same time/),
    expect.stringMatching(/^SCHEMA_VALUE \/windows\/none\/open/),
  ]);
});
