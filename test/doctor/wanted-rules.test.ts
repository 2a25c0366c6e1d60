import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { wantedRules } from '../../shared/doctor/wanted-rules.ts';

test('every function that serverless.yml has a schedule for is looked for by the doctor', () => {
  const { functions } = parse(readFileSync(new URL('../../serverless.yml', import.meta.url), 'utf8'), { merge: true });
  const scheduled = Object.keys(functions).filter((name) =>
    (functions[name].events ?? []).some((event: object) => 'schedule' in event),
  );
  const wanted = wantedRules('tidegate-prod').filter(({ isSchedule }) => isSchedule);
  expect(wanted.map((rule) => rule.function).sort()).toEqual(scheduled.sort());
});
