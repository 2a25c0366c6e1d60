import { expect, test } from 'vitest';
import { changedServices } from '../../shared/rollout/changed-services.ts';
import type { PlannedObject } from '../../shared/rollout/plan.ts';

const object = (service: string, action: PlannedObject['action']): PlannedObject => ({
  id: `/ConfigMap/default/${service}`,
  service,
  action,
  fields: [],
});

test('a plan changes the services of which it writes or deletes something', () => {
  const objects = [object('web', 'change'), object('db', 'unchanged'), object('old', 'prune'), object('web', 'create')];
  expect(changedServices({ objects })).toEqual(['web', 'old']);
  expect(changedServices({ objects: [object('db', 'unchanged')] })).toEqual([]);
});
