import { expect, it } from 'vitest';
import { withoutBulk } from '../../shared/apply/without-bulk.ts';

const template = `{"labels":{"app":"web","odd":"}{\\"]"},"Spec":{"Containers":[${'{"Name":"main"},'.repeat(20)}{}]}}`;

it.each([
  ['nothing is repeated', 'spec.ports: Required value', 'spec.ports: Required value'],
  [
    'what is repeated is short',
    'spec.selector: Invalid value: {"matchLabels":{"app":"b"}}: field is immutable',
    'spec.selector: Invalid value: {"matchLabels":{"app":"b"}}: field is immutable',
  ],
  ['a text is repeated', 'x: Invalid value: "a {": no', 'x: Invalid value: "a {": no'],
  [
    'all of a template is repeated',
    `[spec.template: Invalid value: ${template}: field is immutable, x: Invalid value: ${template}: no]`,
    '[spec.template: Invalid value: …: field is immutable, x: Invalid value: …: no]',
  ],
  [
    'a claim is compared with what it was',
    'spec: Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims\n@@ -6,7 +6,7 @@\n  "Resources": {\n-   "storage": "1Gi"\n+   "storage": "2Gi"\n  },\n',
    'spec: Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims',
  ],
  [
    'a Pod is compared with what it was',
    'spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`\n  core.PodSpec{\n  \t... // 3 identical fields\n- \tHostNetwork: false,\n  }\n',
    'spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`',
  ],
  [
    'it has several lines',
    'not currently held:\n{Verbs:["get"]}\n{Verbs:["list"]}',
    'not currently held: {Verbs:["get"]} {Verbs:["list"]}',
  ],
  ['it was cut off', `a: Invalid value: ${template.slice(0, 200)}`, 'a: Invalid value: …'],
])('where %s', (_, message, expected) => {
  expect(withoutBulk(message)).toBe(expected);
});
