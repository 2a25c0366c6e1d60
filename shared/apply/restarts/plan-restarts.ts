import type { ObjectId } from '../../rollout/plan.ts';
import {
  type RestartCause,
  type RestartOrder,
  type RestartPlan,
  type RestartStep,
  usualRestartsPerMinute,
  type WaitingEffect,
} from '../../rollout/restarts.ts';
import type { ComparedObject } from '../compare-object.ts';
import type { ComparedTarget } from '../compare-target.ts';
import { spoken } from '../object-id.ts';
import type { Refusal } from '../refusals.ts';
import { assessRestart, type RestartEffect } from './assess-restart.ts';
import { configHashAnnotation } from './config-hash.ts';
import { type ConfigEffect, configChanges, findConfigEffects } from './find-config-effects.ts';
import { findLaterEffects } from './find-later-effects.ts';
import { findPartners } from './find-partners.ts';
import { type Dependencies, findProviders, type Providers } from './find-providers.ts';
import { planParts } from './next-write.ts';
import { orderSteps } from './order-steps.ts';
import { paceOf } from './pace.ts';
import { isWorkload } from './workload.ts';
import { zoneOf } from './zone-of.ts';

/** What restarts of a target go by, beside what its manifests say. */
export interface RestartRules {
  readonly order: RestartOrder;
  readonly perMinute: number;
  readonly dependencies: Dependencies;
  /** Changes of earlier rollouts that wait for a restart on the target. */
  readonly waiting: readonly WaitingEffect[];
}

/** Where nobody says otherwise: what a set that is applied alone goes by. */
export const usualRules: RestartRules = {
  order: 'providers-first',
  perMinute: usualRestartsPerMinute,
  dependencies: {},
  waiting: [],
};

/** A workload as it is compared, and what applying does to its pods. */
export interface AssessedWorkload {
  readonly workload: ComparedObject;
  readonly effect: RestartEffect;
  readonly configs: readonly ConfigEffect[];
}

/**
 * Which workloads of a compared target restart, in what order and why; what starts with them, and what no restart brings into effect. A
 * dependency that leads nowhere or in a circle refuses the plan, except on the way back, which must not be kept by it: there such
 * dependencies are passed over. So does a workload of more pods than the cap that can only restart all at once.
 */
export const planRestarts = (
  compared: Pick<ComparedTarget, 'objects' | 'prunes'>,
  services: readonly string[],
  rules: RestartRules,
): { readonly restarts: RestartPlan } | { readonly refusals: readonly Refusal[] } => {
  const { order, perMinute } = rules;
  const changes = configChanges(compared);
  const workloads = compared.objects.filter(({ manifest }) => isWorkload(manifest));
  const assessed = workloads.map(
    (workload): AssessedWorkload => ({
      workload,
      effect: assessRestart(workload),
      configs: findConfigEffects(workload, changes),
    }),
  );
  const providers = findProviders(workloads, new Set(services), rules.dependencies);
  const refusals = [
    ...(order === 'consumers-first' ? [] : providers.mistakes),
    ...assessed.flatMap((each) => assessSize(each, perMinute)),
  ];
  if (refusals.length > 0) return { refusals };
  const partners = findPartners(
    workloads,
    compared.objects.map(({ manifest }) => manifest),
  );
  const steps = assessed.flatMap((each) => stepOf(each, partners.get(each.workload.id) ?? [], rules));
  const created = workloads.filter(({ action }) => action === 'create').map(({ id }) => id);
  const ordered = orderSteps(steps, created, sound(providers), order);
  return { restarts: { order, perMinute, ...ordered, ...findLaterEffects(assessed, rules.waiting) } };
};

/** Circles have no order: who stands in one depends on nobody. */
const sound = ({ of }: Providers): Providers['of'] =>
  new Map([...of].map(([id, needed]) => [id, needed.has(id) ? new Set() : needed]));

const assessSize = ({ workload, effect }: AssessedWorkload, perMinute: number): readonly Refusal[] => {
  const { id, live, manifest } = workload;
  if (effect.is !== 'restart' || effect.pods <= perMinute || live === undefined) return [];
  const isRolling = effect.change !== 'recreation' && paceOf(manifest, live, perMinute) !== undefined;
  if (manifest.kind === 'StatefulSet' || isRolling) return [];
  const because = `${spoken(id)} would restart all of its ${effect.pods} pods at once, more than the ${perMinute} a minute allowed there; let it roll, or raise restartsPerMinute of the target`;
  return [{ code: 'RESTARTS_OVER_CAP', object: id, because }];
};

const stepOf = (
  { workload, effect, configs }: AssessedWorkload,
  apart: readonly ObjectId[],
  { perMinute, waiting }: RestartRules,
): readonly Omit<RestartStep, 'after'>[] => {
  const { id, service, live, manifest } = workload;
  if (effect.is !== 'restart' || live === undefined) return [];
  const isStepped = manifest.kind === 'StatefulSet';
  const zone = zoneOf(manifest);
  const parts = isStepped ? planParts(effect.pods, perMinute) : [];
  const pace = isStepped || effect.pods <= perMinute ? undefined : paceOf(manifest, live, perMinute);
  return [
    {
      workload: id,
      service,
      pods: effect.pods,
      ...(zone === undefined ? {} : { zone }),
      apart,
      ...(parts.length > 1 ? { parts } : {}),
      ...(pace === undefined ? {} : { pace }),
      causes: [
        ...causesOf(effect, configs),
        ...waiting
          .filter((each) => each.effect.workload === id)
          .map((each) => ({ change: 'earlier' as const, effect: each })),
      ],
    },
  ];
};

/** A hash of what is read stands for what is read, and is not named beside it. */
const causesOf = (
  { change, paths }: RestartEffect & { readonly is: 'restart' },
  configs: readonly ConfigEffect[],
): readonly RestartCause[] => {
  const changed = configs.filter(({ isChanged }) => isChanged);
  const own = paths.filter((path) => changed.length === 0 || !path.endsWith(hashPath));
  return [
    ...(own.length === 0 ? [] : [{ change, paths: own }]),
    ...changed.map(({ object, keys }) => ({ change: 'config' as const, object, keys })),
  ];
};

const hashPath = `/${configHashAnnotation.replaceAll('/', '~1')}`;
