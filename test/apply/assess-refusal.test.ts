import { describe, expect, it } from 'vitest';
import { readRefusal } from '../../shared/apply/api-requests.ts';
import { assessRefusal } from '../../shared/apply/assess-refusal.ts';
import { explainRefusal } from '../../shared/apply/explain-refusal.ts';

/** As the API server words them. */
const status = (code: number, reason: string, message: string, details: object = {}) =>
  readRefusal(code, JSON.stringify({ kind: 'Status', code, reason, message, details }), null);
const conflict = (...managers: readonly string[]) =>
  status(409, 'Conflict', 'Apply failed with 1 conflict', {
    causes: managers.map((manager) => ({
      reason: 'FieldManagerConflict',
      message: `conflict with "${manager}" using apps/v1 at 2026-03-01T12:00:00Z`,
      field: '.spec.replicas',
    })),
  });
const named = { name: 'web', kind: 'deployments' };

describe('assessRefusal', () => {
  it.each([
    ['a field of another manager', conflict('hpa'), 'ownership'],
    [
      'an object that moved',
      status(
        409,
        'Conflict',
        'Operation cannot be fulfilled on deployments.apps "web": the object has been modified',
        named,
      ),
      'stale',
    ],
    [
      'another uid than was stated',
      status(409, 'Conflict', 'Precondition failed: UID in precondition: a, UID in object meta: b', named),
      'stale',
    ],
    [
      'a contended quota',
      status(409, 'Conflict', 'Operation cannot be fulfilled on resourcequotas "q": the object has been modified'),
      'again',
    ],
    [
      'an object being deleted',
      status(409, 'Conflict', 'object is being deleted: services "web" already exists'),
      'terminating',
    ],
    [
      'a namespace being deleted',
      status(403, 'Forbidden', 'unable to create new content in namespace shop because it is being terminated'),
      'terminating',
    ],
    [
      'a selector',
      status(
        422,
        'Invalid',
        'Deployment.apps "web" is invalid: spec.selector: Invalid value: ...: field is immutable',
        named,
      ),
      'immutable',
    ],
    [
      'a StatefulSet',
      status(
        422,
        'Invalid',
        'StatefulSet.apps "db" is invalid: spec: Forbidden: updates to statefulset spec for fields other than \'replicas\' are forbidden',
      ),
      'immutable',
    ],
    [
      'a role reference',
      status(422, 'Invalid', 'RoleBinding "b" is invalid: roleRef: Invalid value: ...: cannot change roleRef'),
      'immutable',
    ],
    [
      'a parameter of a StorageClass',
      status(
        422,
        'Invalid',
        'StorageClass "fast" is invalid: parameters: Forbidden: updates to parameters are forbidden.',
      ),
      'immutable',
    ],
    [
      'the value of a PriorityClass',
      status(422, 'Invalid', 'PriorityClass "high" is invalid: value: Forbidden: may not be changed in an update.'),
      'immutable',
    ],
    [
      'a field of a Pod',
      status(
        422,
        'Invalid',
        'Pod "p" is invalid: spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`',
      ),
      'immutable',
    ],
    [
      'a wrong value',
      status(
        422,
        'Invalid',
        'Service "web" is invalid: spec.ports[0].port: Invalid value: 0: must be between 1 and 65535',
      ),
      'invalid',
    ],
    [
      'an unknown field',
      status(
        500,
        '',
        'failed to create typed patch object (shop/web; apps/v1, Kind=Deployment): .spec.replica: field not declared in schema',
      ),
      'invalid',
    ],
    [
      'a value that is no base64',
      status(
        500,
        '',
        'failed to convert new object (shop/key; /v1, Kind=Secret) to proper version: unable to convert unstructured object to /v1, Kind=Secret: error decoding from json: illegal base64 data at input byte 3',
      ),
      'invalid',
    ],
    [
      'an unknown field of a strict decoder',
      status(400, 'BadRequest', 'strict decoding error: unknown field "spec.replica"'),
      'invalid',
    ],
    ['a missing object', status(404, 'NotFound', 'deployments.apps "web" not found', named), 'missing'],
    [
      'a missing namespace',
      status(404, 'NotFound', 'namespaces "shop" not found', { name: 'shop', kind: 'namespaces' }),
      'namespace-missing',
    ],
    ['a missing path', status(404, 'NotFound', 'the server could not find the requested resource'), 'kind-missing'],
    ["a missing path in a proxy's words", readRefusal(404, '404 page not found', null), 'kind-missing'],
    [
      'no permission',
      status(403, 'Forbidden', 'deployments.apps "web" is forbidden: User "x" cannot patch resource'),
      'forbidden',
    ],
    ['too many requests', readRefusal(429, 'Too many requests', '3'), 'again'],
    [
      'a webhook that does not answer',
      status(
        500,
        'InternalError',
        'Internal error occurred: failed calling webhook "v.example.com": connection refused',
      ),
      'again',
    ],
    [
      'a webhook that says no',
      status(403, 'Forbidden', 'admission webhook "v.example.com" denied the request: no'),
      'forbidden',
    ],
    ['etcd without a leader', status(500, '', 'etcdserver: leader changed'), 'again'],
    ['a server that is going down', readRefusal(503, 'apiserver is shutting down', null), 'again'],
  ])('%s', (_, refused, expected) => {
    expect(assessRefusal(refused)).toBe(expected);
  });
});

describe('explainRefusal', () => {
  it('names the fields and managers of a conflict, those we take over from aside, in one order', () => {
    const expected = {
      code: 'FIELD_CONFLICT',
      object: 'apps/Deployment/shop/web',
      because:
        'Deployment shop/web: .spec.replicas is set by hpa; .spec.replicas is set by ops; remove the fields from the manifest, or have their manager give them up',
      conflicts: [
        { path: '.spec.replicas', manager: 'hpa' },
        { path: '.spec.replicas', manager: 'ops' },
      ],
    };
    expect(explainRefusal('apps/Deployment/shop/web', conflict('kubectl-edit', 'ops', 'hpa'))).toEqual(expected);
    expect(explainRefusal('apps/Deployment/shop/web', conflict('hpa', 'ops'))).toEqual(expected);
  });

  it.each([
    [
      status(422, 'Invalid', 'Secret "key" is invalid: data[a]: Invalid value: "c2VzYW1l": must be shorter'),
      '422 Secret "key" is invalid: data[a]: Invalid value: must be shorter',
    ],
    [
      status(
        500,
        '',
        'failed to create typed patch object (shop/key; /v1, Kind=Secret): .data.pin: expected string, got &value.valueUnstructured{Value:4711}',
      ),
      '500 failed to create typed patch object (shop/key; /v1, Kind=Secret): .data.pin: expected string',
    ],
    [
      status(
        500,
        '',
        'failed to create typed patch object (shop/key; /v1, Kind=Secret): .immutable: expected boolean, got &{sesame\nsesame}',
      ),
      '500 failed to create typed patch object (shop/key; /v1, Kind=Secret): .immutable: expected boolean',
    ],
  ])('never repeats a value of a Secret: %#', (refused, expected) => {
    expect(explainRefusal('/Secret/shop/key', refused).because).toBe(`Secret shop/key: ${expected}`);
  });

  it('does not offer to recreate what holds state', () => {
    const refused = status(422, 'Invalid', 'spec: Forbidden: field is immutable');
    expect(explainRefusal('/PersistentVolumeClaim/shop/data', refused).because).toBe(
      'PersistentVolumeClaim shop/data: spec: Forbidden: field is immutable; a PersistentVolumeClaim is never recreated, undo the change or make a new one under another name',
    );
  });

  it('cuts what a server says at length', () => {
    expect(explainRefusal('/ConfigMap/shop/a', status(400, 'BadRequest', 'x'.repeat(5000))).because).toHaveLength(500);
  });
});
