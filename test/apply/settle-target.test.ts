import { describeOnSimulatedServer } from './server.ts';
import { settleTargetSuite } from './settle-target.suite.ts';

describeOnSimulatedServer('settleTarget', settleTargetSuite);
