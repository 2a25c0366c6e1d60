import { apply, metadata, type Turn, turn } from './turns.ts';

const gadgets = '/apis/example.com/v1/namespaces/talk/gadgets';
const path = (name: string) => `${gadgets}/${name}?fieldManager=tidegate&force=true`;
const gadget = (name: string, spec: object) => ({
  apiVersion: 'example.com/v1',
  kind: 'Gadget',
  metadata: metadata(name),
  spec,
});

const definition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'gadgets.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { plural: 'gadgets', kind: 'Gadget' },
    versions: [
      {
        name: 'v1',
        served: true,
        storage: true,
        schema: {
          openAPIV3Schema: {
            type: 'object',
            'x-kubernetes-validations': [{ rule: "self.metadata.name != 'forbidden'", message: 'not that name' }],
            properties: {
              spec: {
                type: 'object',
                'x-kubernetes-validations': [
                  { rule: 'self.least <= self.most', message: 'least is more than most' },
                  {
                    rule: '!has(self.size) || self.size <= self.most',
                    messageExpression: "'size is ' + (self.most < 5 ? 'far' : 'a little') + ' too large'",
                    fieldPath: '.size',
                    reason: 'FieldValueForbidden',
                  },
                ],
                properties: {
                  least: { type: 'integer', default: 0 },
                  most: { type: 'integer', default: 10 },
                  size: { type: 'integer' },
                  kind: {
                    type: 'string',
                    maxLength: 20,
                    'x-kubernetes-validations': [{ rule: 'self == oldSelf', message: 'kind stays as it is' }],
                  },
                  memory: {
                    type: 'string',
                    maxLength: 20,
                    'x-kubernetes-validations': [
                      { rule: "!isQuantity(self) || quantity(self).isLessThan(quantity('1Gi'))" },
                    ],
                  },
                  parts: {
                    type: 'array',
                    maxItems: 10,
                    'x-kubernetes-list-type': 'map',
                    'x-kubernetes-list-map-keys': ['name'],
                    'x-kubernetes-validations': [
                      { rule: "self.exists(part, part.name == 'main')", message: 'a part must be main' },
                    ],
                    items: {
                      type: 'object',
                      required: ['name'],
                      'x-kubernetes-validations': [
                        { rule: '!has(oldSelf.weight) || self.weight >= oldSelf.weight', message: 'weight only grows' },
                      ],
                      properties: { name: { type: 'string', maxLength: 20 }, weight: { type: 'integer' } },
                    },
                  },
                },
              },
            },
          },
        },
      },
    ],
  },
};

/** Rules in the schema of a custom kind. */
export const ruleTurns: readonly Turn[] = [
  turn(
    'defines a kind with rules',
    'PATCH',
    '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/gadgets.example.com?fieldManager=tidegate',
    definition,
    apply,
  ),
  { ...turn('waits until it is served, rules and all', 'GET', gadgets), until: 200 },
  turn('breaks a rule', 'PATCH', path('one'), gadget('one', { least: 5, most: 1 }), apply),
  turn('breaks a rule that names a field', 'PATCH', path('one'), gadget('one', { size: 20 }), apply),
  turn(
    'breaks several rules',
    'PATCH',
    path('one'),
    gadget('one', { least: 5, most: 1, parts: [{ name: 'side' }] }),
    apply,
  ),
  turn(
    'breaks the schema first',
    'PATCH',
    path('one'),
    gadget('one', { least: 5, most: 1, parts: [{ name: 'x'.repeat(21) }] }),
    apply,
  ),
  turn('breaks a rule about a quantity', 'PATCH', path('one'), gadget('one', { memory: '2Gi' }), apply),
  turn('breaks a rule about its name', 'PATCH', path('forbidden'), gadget('forbidden', {}), apply),
  turn(
    'keeps the rules',
    'PATCH',
    path('one'),
    gadget('one', { kind: 'a', memory: '1Mi', parts: [{ name: 'main', weight: 3 }] }),
    apply,
  ),
  turn(
    'changes what stays',
    'PATCH',
    path('one'),
    gadget('one', { kind: 'b', parts: [{ name: 'main', weight: 3 }] }),
    apply,
  ),
  turn(
    'shrinks what only grows',
    'PATCH',
    path('one'),
    gadget('one', { kind: 'a', parts: [{ name: 'main', weight: 2 }] }),
    apply,
  ),
  turn('grows it', 'PATCH', path('one'), gadget('one', { kind: 'a', parts: [{ name: 'main', weight: 4 }] }), apply),
];
