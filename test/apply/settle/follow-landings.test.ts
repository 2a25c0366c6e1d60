import { describeOnSimulatedServer, littleHistory } from '../server.ts';
import { followLandingsSuite } from './follow-landings.suite.ts';

describeOnSimulatedServer('followLandings', followLandingsSuite, littleHistory);
