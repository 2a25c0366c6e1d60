import { conditionOf, isObject, listAt, textAt } from '../fields.ts';
import type { LiveObject } from '../live-object.ts';

/** The state of one object. `reason` is a word of kstatus where it has one; `message` a clause without its subject. */
export interface Settled {
  readonly status: 'ready' | 'in-progress' | 'failed' | 'terminating' | 'unknown';
  readonly reason: string;
  readonly message: string;
}

export const ready: Settled = { status: 'ready', reason: 'Ready', message: '' };
export const inProgress = (reason: string, message: string): Settled => ({ status: 'in-progress', reason, message });
export const failed = (reason: string, message: string): Settled => ({ status: 'failed', reason, message });
export const suspended: Settled = { status: 'ready', reason: 'Suspended', message: 'it is paused' };

export type Rule = (object: LiveObject, now: number) => Settled;

/** Whether a condition is there and true. */
export const isTrue = (object: LiveObject, type: string): boolean =>
  textAt(conditionOf(object, type), 'status') === 'True';

/** The first comparison that does not hold decides, as in kstatus. */
export const firstOf = (...steps: readonly (Settled | undefined | false)[]): Settled =>
  steps.find((step): step is Settled => step !== undefined && step !== false) ?? ready;

const claim: Rule = (object) => {
  const phase = textAt(object, 'status', 'phase') ?? 'Pending';
  if (phase === 'Lost') return failed('Lost', 'its volume is gone');
  return phase === 'Bound' ? ready : inProgress('NotBound', `its phase is ${phase}`);
};

/** An entry without name or address is what some controllers write before they know one. */
const hasAddress = (object: LiveObject): boolean =>
  listAt(object, 'status', 'loadBalancer', 'ingress').some((each) => isObject(each));
const noAddress = inProgress('NoAddress', 'it has no address yet');

const service: Rule = (object) =>
  textAt(object, 'spec', 'type') !== 'LoadBalancer' ||
  (hasAddress(object) && textAt(object, 'spec', 'clusterIP') !== undefined)
    ? ready
    : noAddress;

const ingress: Rule = (object) => (hasAddress(object) ? ready : noAddress);

const definition: Rule = (object) => {
  const names = conditionOf(object, 'NamesAccepted');
  const established = conditionOf(object, 'Established');
  const message = textAt(established, 'message') ?? 'it is being installed';
  return firstOf(
    textAt(names, 'status') === 'False' &&
      failed('NamesNotAccepted', textAt(names, 'message') ?? 'its names are taken'),
    textAt(established, 'status') === 'True' && ready,
    textAt(established, 'status') === 'False' &&
      textAt(established, 'reason') !== 'Installing' &&
      failed('NotEstablished', message),
    inProgress('Installing', message),
  );
};

/** autoscaling/v1 has no conditions in its status: the API server writes them into this annotation. */
const autoscalerConditions = 'autoscaling.alpha.kubernetes.io/conditions';

const autoscaler: Rule = (object) => {
  const written = parseList(object.metadata.annotations?.[autoscalerConditions]);
  const conditions = [...listAt(object, 'status', 'conditions'), ...written];
  const find = (type: string) => conditions.find((condition) => textAt(condition, 'type') === type);
  const able = find('AbleToScale');
  const active = find('ScalingActive');
  // ScalingDisabled: its target is scaled to nothing on purpose.
  const isIdle = textAt(active, 'reason') === 'ScalingDisabled';
  const degraded = [able, isIdle ? undefined : active].find((condition) => textAt(condition, 'status') === 'False');
  if (degraded !== undefined) {
    return inProgress(textAt(degraded, 'reason') ?? 'NotActive', textAt(degraded, 'message') ?? 'it does not scale');
  }
  return isIdle || textAt(able, 'status') === 'True'
    ? ready
    : inProgress('NotActive', 'its controller has not scaled yet');
};

const parseList = (text: string | undefined): readonly unknown[] => {
  try {
    const value: unknown = JSON.parse(text ?? '[]');
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
};

const apiService: Rule = (object) =>
  isTrue(object, 'Available')
    ? ready
    : inProgress(
        'NotAvailable',
        textAt(conditionOf(object, 'Available'), 'message') ?? 'its server does not answer yet',
      );

const always: Rule = () => ready;

/** By `group/Kind`, beside those of `workloadRules`. A kind without a rule goes by its conditions. */
export const settledRules: Readonly<Record<string, Rule>> = {
  '/ConfigMap': always,
  '/Secret': always,
  'batch/CronJob': always,
  'policy/PodDisruptionBudget': always,
  '/PersistentVolumeClaim': claim,
  '/Service': service,
  'networking.k8s.io/Ingress': ingress,
  'extensions/Ingress': ingress,
  'apiextensions.k8s.io/CustomResourceDefinition': definition,
  'autoscaling/HorizontalPodAutoscaler': autoscaler,
  'apiregistration.k8s.io/APIService': apiService,
};
