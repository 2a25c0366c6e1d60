import { apply, core, metadata, type Turn, turn } from './turns.ts';

const path = (name: string) => `${core}/configmaps/${name}?fieldManager=tidegate`;
const map = (name: string, more: object, value = '1') => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { ...metadata(name), ...more },
  data: { a: value },
});
const nobody = '11111111-1111-4111-8111-111111111111';

/** What an applied object may say of the one that is there: how nothing is overwritten that was not read. */
export const preconditionTurns: readonly Turn[] = [
  turn(
    'applies dry what must not be there',
    'PATCH',
    `${path('only')}&dryRun=All`,
    map('only', { resourceVersion: '1' }),
    apply,
  ),
  turn('applies what must not be there', 'PATCH', path('only'), map('only', { resourceVersion: '1' }), apply),
  turn('refuses it when it is there', 'PATCH', path('only'), map('only', { resourceVersion: '1' }, '2'), apply),
  turn('refuses a uid where there is none', 'PATCH', path('none'), map('none', { uid: nobody }), apply),
  turn(
    'refuses uid and version where there is none',
    'PATCH',
    path('none'),
    map('none', { uid: nobody, resourceVersion: '7' }),
    apply,
  ),
  turn('refuses another uid', 'PATCH', path('only'), map('only', { uid: nobody }), apply),
  turn(
    'refuses another version before another uid',
    'PATCH',
    path('only'),
    map('only', { uid: nobody, resourceVersion: '1' }),
    apply,
  ),
  turn('refuses a replacement of another uid', 'PUT', path('only'), map('only', { uid: nobody })),
  turn('takes version 0 for none', 'PATCH', path('only'), map('only', { resourceVersion: '0' }, '3'), apply),
  turn('refuses a version in a create', 'POST', `${core}/configmaps`, map('posted', { resourceVersion: '7' })),
];
