import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { statusesQuery } from '../../shared/analysis/alerts/influxdb-statuses.ts';
import { presetQueries } from '../../shared/fleet/presets/preset-queries.ts';
import { presetNames, presets } from '../../shared/fleet/presets/presets.ts';

/** Flux' own parser and type checker, which its editor tools are made of. In a process of its own: it is a WebAssembly module to import. */
const CHECK = `
import { is_valid_flux } from '@influxdata/flux-lsp-browser/flux-lsp-browser_bg.js';
import { text } from 'node:stream/consumers';
console.log(JSON.stringify(JSON.parse(await text(process.stdin)).map((query) => is_valid_flux(query))));
`;

/** Whether each of the scripts is Flux, types and signatures of built-in functions included. */
const areFlux = (queries: readonly string[]): readonly boolean[] => {
  const args = ['--no-warnings', '--input-type=module', '--eval', CHECK];
  const ran = spawnSync(process.execPath, args, { input: JSON.stringify(queries), cwd: import.meta.dirname });
  if (ran.status !== 0) throw new Error(ran.stderr.toString());
  return JSON.parse(ran.stdout.toString());
};

test('the checker tells Flux from what is none', () => {
  const from = 'from(bucket: "a") |> range(start: -5m)';
  expect(areFlux([from, 'from(bucket: 1) |> range(start: -5m)', `${from} |> `])).toEqual([true, false, false]);
});

test('all queries of presets, and that for the statuses of checks, are Flux, hostile labels and all', () => {
  const scope = { labels: { cluster: 'eu-1', owner: 'a"b\\c$' + '{d}' }, window: '5m', bucket: 'telegraf' };
  const queries = [
    ...presetNames.flatMap((name) =>
      Object.values(presets[name].gates).flatMap((spec) =>
        Object.values(presetQueries(spec, 'flux', scope)?.metric ?? {}),
      ),
    ),
    statusesQuery({ _check_name: 'a"b', _level: 'crit' }),
  ];
  expect(queries.length).toBeGreaterThan(20);
  const valid = areFlux(queries);
  expect(queries.filter((_, index) => valid[index] !== true)).toEqual([]);
});
