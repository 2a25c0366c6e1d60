import type { WantedPods } from './wanted-pods.ts';

/** What a workload will lack. */
export interface RoomFinding {
  readonly wanted: Pick<WantedPods, 'id' | 'manifest'>;
  readonly rule: RoomRule;
  readonly what: string;
}

/** What room is judged by. `error`: it can not run, or only at the cost of others; `warning`: it may have to wait. */
export const roomRules = {
  'no-room': {
    severity: 'error',
    about: 'no node that takes a pod could ever hold it, or a DaemonSet has no room on a node where it must run',
  },
  'little-room': {
    severity: 'warning',
    about: 'pods, or the surge of a rollout, do not all fit on the nodes as they are',
  },
  'no-node': { severity: 'warning', about: 'no node takes the pods: labels, affinity and taints leave none' },
  preemption: { severity: 'error', about: 'pods of lower priority would be evicted to make room' },
  'quota-exceeded': {
    severity: 'error',
    about: 'a ResourceQuota does not leave what is needed, or not the one pod more that a rollout begins with',
  },
  'quota-tight': { severity: 'warning', about: 'a ResourceQuota leaves less than the surge of a rollout' },
  'budget-exhausted': {
    severity: 'warning',
    about: 'a live PodDisruptionBudget of a workload that restarts allows no disruption now',
  },
} as const satisfies Readonly<Record<string, { readonly severity: 'error' | 'warning'; readonly about: string }>>;

export type RoomRule = keyof typeof roomRules;
