import { at, isJsonObject, type JsonObject } from '../object.ts';

/** Labels of nodes that are on their way out, since when, and what took their place (Kubernetes `pkg/api/node`). */
const deprecated: Readonly<Record<string, readonly [since: string, instead: string]>> = {
  'beta.kubernetes.io/arch': ['v1.14', 'kubernetes.io/arch'],
  'beta.kubernetes.io/os': ['v1.14', 'kubernetes.io/os'],
  'failure-domain.beta.kubernetes.io/region': ['v1.17', 'topology.kubernetes.io/region'],
  'failure-domain.beta.kubernetes.io/zone': ['v1.17', 'topology.kubernetes.io/zone'],
  'beta.kubernetes.io/instance-type': ['v1.17', 'node.kubernetes.io/instance-type'],
};

/** Where the kinds of the server keep the specification of pods. */
const places = [['spec'], ['spec', 'template', 'spec'], ['spec', 'jobTemplate', 'spec', 'template', 'spec']];

/** What the server warns of when it takes an object: nodes that are chosen by a label that is on its way out. */
export const warningsOf = (object: JsonObject): readonly string[] =>
  places.flatMap((place) => {
    const selector = at(object, ...place, 'nodeSelector');
    return Object.keys(isJsonObject(selector) ? selector : {}).flatMap((label) => {
      const [since, instead] = deprecated[label] ?? [];
      const path = `${place.join('.')}.nodeSelector[${label}]`;
      return since === undefined ? [] : [`${path}: deprecated since ${since}; use "${instead}" instead`];
    });
  });
