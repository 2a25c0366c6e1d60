import type { Outside } from '../outside/outside.ts';

/** Of what is outside, what resolving and opening a cluster need. */
export type CloudsOutside = Pick<Outside, 'clock' | 'http' | 'identity' | 'secrets' | 'settings' | 'readFile'>;
