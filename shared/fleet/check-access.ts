import { checkApproval, unknownRoles } from './check-waves.ts';
import type { TargetEntry } from './config.ts';
import type { Entries } from './entries.ts';
import { pointerOf, valueAt } from './pointer.ts';
import type { Finding } from './problem.ts';
import { accessSchema } from './schema.ts';
import { MOST_OF_WAVE_NAME } from './schema-fields.ts';

/** Roles that rights are kept to and that are not there, and private targets that are not a customer's own all the way. */
export const checkAccess = (value: unknown, entries: Entries): readonly Finding[] => {
  const access = accessSchema.safeParse(valueAt(value, ['access']) ?? {});
  const actions = access.success ? Object.entries(access.data) : [];
  return [
    ...actions.flatMap(([action, roles = []]) => unknownRoles(['access', action], roles, entries.roles)),
    ...[...entries.targets.sound].flatMap(([name, target]) => checkPrivate(name, target, entries)),
  ];
};

const checkPrivate = (name: string, target: TargetEntry, entries: Entries): readonly Finding[] => {
  if (target.private === undefined) return [];
  const at = ['targets', name, 'private'];
  const { roles, approval } = target.private;
  const missing = missingIdentity(target);
  const waves = [...entries.waves.sound.values()].filter((wave) => wave.name === name);
  return [
    ...unknownRoles([...at, 'roles'], roles, entries.roles),
    ...checkApproval([...at, 'approval'], approval, entries.roles),
    ...(missing === undefined
      ? []
      : [
          {
            code: 'PRIVATE_IDENTITY',
            path: pointerOf(at),
            what: `target ${name} is private and is opened as every other`,
            expected: `${missing}, so that what opens it opens nothing else`,
          },
        ]),
    ...(name.length <= MOST_OF_WAVE_NAME
      ? []
      : [
          {
            code: 'NAME_INVALID',
            path: pointerOf(['targets', name]),
            what: `target ${name} is private and its name has ${name.length} characters`,
            expected: `at most ${MOST_OF_WAVE_NAME}: a private target has a wave of its own that is named after it`,
            at: 'key' as const,
          },
        ]),
    ...waves.map(() => ({
      code: 'DUP_NAME',
      path: pointerOf(['targets', name]),
      what: `target ${name} is private, and a wave has its name`,
      expected: 'another name: a private target has a wave of its own that is named after it',
      at: 'key' as const,
    })),
  ];
};

/** What a private target has to be opened by that no other is; a kubeconfig is its own. */
const missingIdentity = (target: TargetEntry): string | undefined => {
  if ('eks' in target) {
    return target.eks.role === undefined || target.eks.externalId === undefined
      ? 'eks.role and eks.externalId of its own'
      : undefined;
  }
  if ('gke' in target) return target.gke.serviceAccount === undefined ? 'gke.serviceAccount of its own' : undefined;
  if (!('aks' in target)) return undefined;
  return target.aks.tenant === undefined || target.aks.client === undefined
    ? 'aks.tenant and aks.client of its own'
    : undefined;
};
