import { blockingBudget, budgetKeepsSick, noBudget } from './budgets.ts';
import { duplicatePort, duplicateVariable, noPreStop, noRequests, shortGrace } from './containers.ts';
import { jobRepeated } from './jobs.ts';
import { noSpread } from './placement.ts';
import { noReadinessProbe, probesIdentical, unknownProbePort, unlistedProbePort } from './probes.ts';
import { replicasAutoscaled, singleAutoscaled, singleReplica } from './replicas.ts';
import { claimHeldTwice, defaultStrategy, noProgressDeadline, noRoomToRoll, recreate } from './rolling.ts';
import type { LintRule } from './rule.ts';
import { danglingService, mismatchingSelector, unknownTargetPort } from './services.ts';
import { removedVersion } from './versions.ts';

/** Every rule that reads manifests alone, in the order in which findings of one object are told. */
export const lintRules: readonly LintRule[] = [
  singleReplica,
  singleAutoscaled,
  replicasAutoscaled,
  noReadinessProbe,
  probesIdentical,
  unknownProbePort,
  unlistedProbePort,
  recreate,
  defaultStrategy,
  noRoomToRoll,
  noProgressDeadline,
  claimHeldTwice,
  noBudget,
  blockingBudget,
  budgetKeepsSick,
  noSpread,
  noPreStop,
  shortGrace,
  noRequests,
  duplicatePort,
  duplicateVariable,
  mismatchingSelector,
  danglingService,
  unknownTargetPort,
  removedVersion,
  jobRepeated,
];
