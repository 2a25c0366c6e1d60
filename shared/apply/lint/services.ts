import type { Manifest } from '../../rollout/release.ts';
import { listAt, numberAt, objectAt, textAt } from '../fields.ts';
import { selectsLabels } from '../label-selector.ts';
import { isKind } from '../object-id.ts';
import { type Linted, type LintRule, where } from './rule.ts';
import { containersOf, leadsTo, nameOf, podLabelsOf, sameNamespace, selectsItsPods } from './workloads.ts';

export const mismatchingSelector: LintRule = {
  name: 'mismatching-selector',
  severity: 'error',
  about: 'a workload does not select the pods of its own template',
  find: ({ object }) => {
    const { selector } = objectAt(object, 'spec');
    return where(
      selectsItsPods(object) && selector !== undefined && !selectsLabels(selector, podLabelsOf(object)),
      'its selector does not select the pods of its template',
    );
  },
};

/** What a Service leads to in its own target; empty also for one without a selector. */
const ledTo = ({ object, all }: Linted): readonly Manifest[] =>
  all.filter((other) => sameNamespace(other, object) && leadsTo(object, podLabelsOf(other)));

export const danglingService: LintRule = {
  name: 'dangling-service',
  severity: 'warning',
  about: 'a Service selects no pods of the release, nor, where that can be asked, of the target',
  find: (linted) => {
    const { object } = linted;
    const selector = objectAt(object, 'spec', 'selector');
    const asks = isKind(object, '', 'Service') && textAt(object, 'spec', 'type') !== 'ExternalName';
    return where(
      asks && Object.keys(selector).length > 0 && ledTo(linted).length === 0,
      `it selects ${Object.entries(selector)
        .map(([name, value]) => `${name}=${value}`)
        .join(',')}, which no pods have`,
    );
  },
};

const hasPort = (container: unknown, port: unknown): boolean =>
  listAt(container, 'ports').some(
    (each) => (typeof port === 'string' ? nameOf(each) : numberAt(each, 'containerPort')) === port,
  );

export const unknownTargetPort: LintRule = {
  name: 'unknown-target-port',
  severity: 'warning',
  about: 'a Service leads to a port that none of the containers behind it exposes',
  find: (linted) => {
    if (!isKind(linted.object, '', 'Service')) return [];
    const containers = ledTo(linted).flatMap(containersOf);
    // Containers that list none say nothing of their ports; a name must be somewhere.
    const isListed = containers.length > 0 && containers.every((each) => listAt(each, 'ports').length > 0);
    return listAt(linted.object, 'spec', 'ports')
      .map((port) => objectAt(port).targetPort ?? objectAt(port).port)
      .filter((port) => (typeof port === 'string' ? containers.length > 0 : isListed))
      .filter((port) => !containers.some((each) => hasPort(each, port)))
      .map((port) => `it leads to port ${port}, which no container behind it exposes`);
  },
};
