import { autoscalerController } from './autoscaler.ts';
import { claimController } from './claims.ts';
import type { Controller } from './control-loop.ts';
import { crdController } from './crds.ts';
import { cronJobController } from './cron-job.ts';
import { daemonSetController } from './daemon-set.ts';
import { deploymentController } from './deployment.ts';
import { disruptionController } from './disruption.ts';
import { endpointsController } from './endpoints.ts';
import { garbageController } from './garbage.ts';
import { ingressController } from './ingress.ts';
import { jobController } from './job.ts';
import { kubeletController } from './kubelet.ts';
import { namespaceController } from './namespaces.ts';
import { quotaController } from './quotas.ts';
import { replicaSetController } from './replica-set.ts';
import { schedulerController } from './scheduler.ts';
import { statefulSetController } from './stateful-set.ts';

/** All controllers, in the order in which one change is put before them. */
export const controllers: readonly Controller[] = [
  namespaceController,
  crdController,
  claimController,
  deploymentController,
  replicaSetController,
  statefulSetController,
  daemonSetController,
  cronJobController,
  jobController,
  schedulerController,
  kubeletController,
  endpointsController,
  disruptionController,
  quotaController,
  autoscalerController,
  ingressController,
  garbageController,
];
