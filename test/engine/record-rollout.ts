import { smallFleetConfig } from '../journeys/fleet-config.ts';
import { openRehearsal } from '../journeys/rehearsal.ts';

// A process of its own, for its clock is virtual: runs a rollout to its end and leaves the instance's folder for others to read.
const [dir = ''] = process.argv.slice(2);
const rehearsal = await openRehearsal({ dir, config: smallFleetConfig('v1') });
await rehearsal.settleFirst();
await rehearsal.close();
process.exit(0);
