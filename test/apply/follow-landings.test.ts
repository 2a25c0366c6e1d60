import { followLandingsSuite } from './follow-landings.suite.ts';
import { describeOnSimulatedServer } from './server.ts';

describeOnSimulatedServer('followLandings', followLandingsSuite);
