const placeholder = '(of a private target)';

/**
 * What somebody sees of a view who may not see these targets: entries about one of them are left out, with whatever they hold; of a list of
 * names its name; an entry about several of which none is left goes too; and a text that names one is replaced as a whole, since what
 * stands beside the name is about it. Counts stay. The same view where nothing is hidden. Pure; for data as JSON has it.
 */
export const withoutTargets = <View>(view: View, hidden: ReadonlySet<string>): View => hidingOf(hidden)(view);

/** The same for many views: what is looked for is made once, which for a thousand targets takes milliseconds. */
export const hidingOf = (hidden: ReadonlySet<string>): (<View>(view: View) => View) => {
  if (hidden.size === 0) return (view) => view;
  const opened = openHiding(hidden);
  return <View>(view: View) => kept(view, opened) as View;
};

interface Hiding {
  readonly isHidden: (name: unknown) => boolean;
  readonly names: RegExp;
}

/** `ro-1234`, `ro-1234-2` a further try, `ro-1234-0a1b2c3d` one that follows; the execution of a wave is `ro-1234-acme-forward`, or `-back`, or of a way back that was begun again `-back-2`. */
const rolloutName = 'ro-[0-9a-f]{20}(?:-(?:[0-9a-f]{8}|[0-9]+))*';

const openHiding = (hidden: ReadonlySet<string>): Hiding => {
  const escaped = [...hidden].map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|');
  // Not within a longer name: prod-1 is not prod-10.
  const alone = `(?<![A-Za-z0-9-])(?:${escaped})(?![A-Za-z0-9-])`;
  const ofExecution = `(?<=${rolloutName}-)(?:${escaped})(?=-(?:forward|back(?:-[0-9]+)?)(?![A-Za-z0-9-]))`;
  return {
    isHidden: (name) => typeof name === 'string' && hidden.has(name),
    names: new RegExp(`${alone}|${ofExecution}`),
  };
};

/** Of what is left out. */
const gone = Symbol('gone');

const kept = (value: unknown, hiding: Hiding): unknown => {
  if (typeof value === 'string') return hiding.names.test(value) ? placeholder : value;
  if (Array.isArray(value)) {
    return value
      .filter((each) => !hiding.isHidden(each))
      .flatMap((each) => {
        const left = kept(each, hiding);
        return left === gone ? [] : [left];
      });
  }
  if (typeof value !== 'object' || value === null) return value;
  if (isAbout(value, hiding)) return gone;
  const members = Object.entries(value).flatMap(([name, member]) => {
    if (hiding.isHidden(name)) return [];
    const left = kept(member, hiding);
    return left === gone ? [] : [[name, left] as const];
  });
  return Object.fromEntries(members);
};

/** Whether an entry is about a hidden target alone: by its `target`, its label, the scope of a hold, or a list of targets none of which is left. */
const isAbout = (entry: object, { isHidden }: Hiding): boolean => {
  const { target, targets, wave, only, scope, name, labels } = entry as Readonly<Record<string, unknown>>;
  if (isHidden(target) || (typeof target === 'object' && target !== null && 'name' in target && isHidden(target.name)))
    return true;
  // Its wave is named after it, and a rollout for it alone says so.
  if (isHidden(wave) || isHidden(only) || ((scope === 'target' || scope === 'wave') && isHidden(name))) return true;
  if (typeof labels === 'object' && labels !== null) {
    const { target: labelled, wave: ofWave } = labels as Readonly<Record<string, unknown>>;
    if (isHidden(labelled) || isHidden(ofWave)) return true;
  }
  return Array.isArray(targets) && targets.length > 0 && targets.every(isHidden);
};
